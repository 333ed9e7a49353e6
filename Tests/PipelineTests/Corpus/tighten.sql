-- expect: C add-not-null-no-default t.b
-- expect: C tighten-varchar t.e
-- expect: C+L add-check t
-- expect: C+L add-fk t.a
-- expect: C+L add-unique t.a,b
-- expect: C+L alter-type t.d
-- expect: C+L set-not-null t.c
-- expect: C drop-default t.f
-- expect: L no-lock-timeout 
ALTER TABLE t
    ADD COLUMN b int NOT NULL,
    ALTER COLUMN c SET NOT NULL,
    ALTER COLUMN d TYPE bigint USING d::bigint,
    ALTER e TYPE character varying(10),
    ALTER f DROP DEFAULT,
    ADD CONSTRAINT u UNIQUE (a, b),
    ADD CONSTRAINT p CHECK ((a > 0) AND (c <> ',')),
    ADD FOREIGN KEY (a) REFERENCES other (id);
