-- expect: C drop-view gone
-- expect: C replace-view-columns totals
-- expect: R replace-view names
-- expect: R change-policy t.own
-- expect: C enable-rls t
-- expect: C revoke t
-- expect: C change-owner t
CREATE OR REPLACE VIEW names AS SELECT name FROM customers;
DROP VIEW totals;
CREATE VIEW totals (a, b) AS SELECT count(*), sum(x) FROM (SELECT 1 AS x) AS inner_query(x);
DROP MATERIALIZED VIEW gone;
CREATE POLICY own ON t USING (owner = current_user);
ALTER TABLE t ENABLE ROW LEVEL SECURITY;
REVOKE INSERT ON TABLE t FROM reader;
ALTER TABLE t OWNER TO somebody;
