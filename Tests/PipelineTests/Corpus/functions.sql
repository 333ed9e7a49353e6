-- expect: C change-signature area
-- expect: C drop-function gone
-- expect: R add-trigger t.touched
-- expect: R replace-function-body half
-- expect: R replace-function-body touch
-- expect: U function-ddl partition
DROP FUNCTION half(double precision);
CREATE FUNCTION half(x float8) RETURNS float8 AS $$ SELECT x / 2; $$ LANGUAGE sql;
DROP FUNCTION area(int, int);
CREATE FUNCTION area(a int, b int, OUT c int, d int DEFAULT 1) AS 'SELECT $1 * $2 * $4' LANGUAGE sql;
DROP FUNCTION IF EXISTS gone();
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.changed := now(); -- no drop here
    RETURN NEW;
END;
$body$;
CREATE TRIGGER touched BEFORE INSERT OR UPDATE OF a, b ON t FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FUNCTION partition(day date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE p_%s PARTITION OF p FOR VALUES IN (%L)', day, day);
END $$;
CREATE FUNCTION one() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 ELSE 2 END; SELECT 2; END;
