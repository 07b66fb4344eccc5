-- The sample job-cost system: a general contractor's ERP as its read-only reporting user sees it.
-- Money is NUMERIC(14,2). Every value has at most 14 significant digits, so SQLite keeps it exactly.

CREATE TABLE jobs (
  job_no       TEXT PRIMARY KEY,
  entity       TEXT NOT NULL,            -- the legal entity that keeps the books
  name         TEXT NOT NULL,
  status       TEXT NOT NULL,
  opened_on    DATE NOT NULL
);

CREATE TABLE vendors (
  vendor_no    TEXT PRIMARY KEY,
  name         TEXT NOT NULL,            -- at most 30 characters, upper case: the way it was keyed in
  city         TEXT,
  state        TEXT
);

CREATE TABLE cost_codes (
  job_no       TEXT NOT NULL REFERENCES jobs,
  division     TEXT NOT NULL,
  code         TEXT NOT NULL,
  cost_type    TEXT NOT NULL,            -- S subcontract, M material
  name         TEXT NOT NULL,
  PRIMARY KEY (job_no, division, code, cost_type)
);

CREATE TABLE commitments (
  job_no           TEXT NOT NULL REFERENCES jobs,
  commitment_no    TEXT NOT NULL,
  kind             TEXT NOT NULL,        -- S subcontract, P purchase order
  vendor_no        TEXT NOT NULL REFERENCES vendors,
  title            TEXT NOT NULL,
  status           TEXT NOT NULL,
  issued_on        DATE,
  original_amount  NUMERIC(14,2) NOT NULL,
  approved_changes NUMERIC(14,2) NOT NULL, -- posted change orders
  revised_amount   NUMERIC(14,2) NOT NULL,
  invoiced         NUMERIC(14,2) NOT NULL, -- before retainage
  paid             NUMERIC(14,2) NOT NULL,
  retainage        NUMERIC(14,2) NOT NULL, -- held
  updated_on       DATE NOT NULL,
  PRIMARY KEY (job_no, commitment_no)
);

CREATE TABLE commitment_items (
  job_no         TEXT NOT NULL,
  commitment_no  TEXT NOT NULL,
  line_no        INTEGER NOT NULL,
  division       TEXT NOT NULL,
  code           TEXT NOT NULL,
  cost_type      TEXT NOT NULL,
  description    TEXT NOT NULL,
  amount         NUMERIC(14,2) NOT NULL,
  PRIMARY KEY (job_no, commitment_no, line_no),
  FOREIGN KEY (job_no, commitment_no) REFERENCES commitments,
  FOREIGN KEY (job_no, division, code, cost_type) REFERENCES cost_codes
);

CREATE TABLE change_orders (
  job_no         TEXT NOT NULL,
  commitment_no  TEXT NOT NULL,
  change_no      INTEGER NOT NULL,
  description    TEXT NOT NULL,
  amount         NUMERIC(14,2) NOT NULL,
  posted_on      DATE NOT NULL,
  PRIMARY KEY (job_no, commitment_no, change_no),
  FOREIGN KEY (job_no, commitment_no) REFERENCES commitments
);

CREATE TABLE ap_invoices (
  invoice_no     TEXT PRIMARY KEY,
  job_no         TEXT NOT NULL,
  commitment_no  TEXT NOT NULL,
  vendor_invoice TEXT NOT NULL,          -- the number on the vendor's own invoice
  invoice_date   DATE NOT NULL,
  amount         NUMERIC(14,2) NOT NULL,
  retainage      NUMERIC(14,2) NOT NULL,
  FOREIGN KEY (job_no, commitment_no) REFERENCES commitments
);

CREATE TABLE payments (
  payment_no     TEXT PRIMARY KEY,
  invoice_no     TEXT NOT NULL REFERENCES ap_invoices,
  paid_on        DATE NOT NULL,
  amount         NUMERIC(14,2) NOT NULL
);

-- One row per commitment: what a panel reads. Columns come straight from the tables, so they keep their types.
CREATE VIEW commitment_status AS
SELECT c.job_no, c.commitment_no, c.title, v.name AS vendor_name, c.status,
       c.original_amount, c.approved_changes, c.revised_amount, c.invoiced, c.paid, c.retainage, c.updated_on
FROM commitments c JOIN vendors v ON v.vendor_no = c.vendor_no;
