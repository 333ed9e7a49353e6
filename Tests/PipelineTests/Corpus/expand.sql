CREATE TABLE invoices (
    id bigserial PRIMARY KEY,
    customer bigint NOT NULL REFERENCES customers (id) ON DELETE SET NULL,
    total numeric(12, 2) NOT NULL CHECK (total >= 0),
    kind invoice_kind DEFAULT 'plain'::invoice_kind NOT NULL,
    CONSTRAINT once UNIQUE (customer, id)
);
CREATE INDEX invoices_customer ON invoices (customer);
CREATE UNIQUE INDEX invoices_one ON invoices (lower(kind::text)) WHERE total > 0;
ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;
ALTER TABLE invoices OWNER TO billing;
ALTER TABLE customers ADD COLUMN invoices int NOT NULL DEFAULT 0, ADD COLUMN IF NOT EXISTS seen timestamptz DEFAULT now();
COMMENT ON TABLE invoices IS 'DROP TABLE customers;';
GRANT SELECT, INSERT ON invoices TO reader;
INSERT INTO invoices (customer, total) SELECT id, 0 FROM customers ON CONFLICT DO NOTHING;
