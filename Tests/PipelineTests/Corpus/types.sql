-- expect: C composite-attribute point3
-- expect: C drop-type mood
-- expect: C enum-rename colour
-- expect: C+L set-not-null email
-- expect: C+L add-check email
-- expect: L no-lock-timeout 
-- expect: R enum-add-value colour
ALTER TYPE colour ADD VALUE IF NOT EXISTS 'green' AFTER 'red';
ALTER TYPE colour RENAME VALUE 'blue' TO 'azure';
ALTER TYPE point3 ADD ATTRIBUTE z float8;
DROP TYPE mood;
CREATE TYPE size AS ENUM ('s', 'm'); ALTER TYPE size ADD VALUE 'l'; DROP TYPE size;
ALTER DOMAIN email SET NOT NULL;
ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE ~ '@');
