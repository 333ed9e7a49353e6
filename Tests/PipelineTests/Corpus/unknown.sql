-- expect: U dynamic 
-- expect: U function-call migrate_everything
-- expect: U function-call 
-- expect: U copy-from-file 
-- expect: O txn-control-in-migration 
-- expect: O txn-control-in-migration 
BEGIN;
DO $$ BEGIN EXECUTE 'alter table t drop column c'; END $$;
SELECT migrate_everything('now');
SELECT setval('seq', (SELECT max(id) FROM t));
CALL rebuild();
COPY t FROM '/srv/rows.csv';
COMMIT;
