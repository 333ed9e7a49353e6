-- expect: C drop-column orders.b
CREATE TABLE "DROP TABLE x;" ("a;b" int, "it""s; DROP" text DEFAULT ';''DROP TABLE y;');
INSERT INTO orders (t) VALUES (E'\\'';DROP TABLE z;'), ('a\'), (U&'d\0061t;'), (B'101'), (X'1F'), (N'x;');
INSERT INTO orders (t) VALUES ($a$ $b$ ; $$ DROP TABLE q; $a$), ($$;$$), ('line
break; DROP TABLE r;');
/* outer /* inner; */ DROP TABLE s; */ ALTER TABLE orders DROP b; -- DROP TABLE t;
