-- expect: C drop-column customers.old_name
-- expect: C drop-table legacy
-- expect: C rename-column customers.name
-- expect: C rename-table addresses
-- expect: R drop-constraint customers
ALTER TABLE customers DROP COLUMN old_name, DROP CONSTRAINT IF EXISTS name_length;
DROP TABLE IF EXISTS legacy CASCADE;
ALTER TABLE customers RENAME name TO full_name;
ALTER TABLE addresses RENAME TO places;
