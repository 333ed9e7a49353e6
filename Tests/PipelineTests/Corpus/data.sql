-- expect: C drop-column a.old
-- expect: C+D data-then-drop a.old
-- expect: D delete-all b
-- expect: D truncate c
-- expect: D update-all a
UPDATE a SET new = old;
UPDATE a SET new = 1 FROM b WHERE a.id = b.id;
DELETE FROM b;
DELETE FROM b USING c WHERE b.id = c.id;
WITH gone AS (DELETE FROM d WHERE id > 5 RETURNING *) INSERT INTO e SELECT * FROM gone;
TRUNCATE TABLE ONLY c;
ALTER TABLE a DROP COLUMN old;
