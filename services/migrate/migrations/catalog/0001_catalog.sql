-- The catalogue: products, their stock, customers.
CREATE SCHEMA catalog;

-- `changed` is the transaction that last wrote the row, kept by a trigger whoever writes: readers poll
-- `changed >= X` with X from pg_snapshot_xmin, so a change that commits late is never missed.
CREATE FUNCTION catalog.mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed := pg_current_xact_id();
  NEW.updated_at := now();
  RETURN NEW;
END $$;

CREATE TABLE catalog.products (
  id          uuid        PRIMARY KEY,
  sku         text        NOT NULL UNIQUE CHECK (length(sku) BETWEEN 1 AND 64),
  name        text        NOT NULL,
  description text        NOT NULL DEFAULT '',
  category    text        NOT NULL DEFAULT '',
  brand       text        NOT NULL DEFAULT '',
  price_minor bigint      NOT NULL CHECK (price_minor >= 0),
  currency    text        NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  active      boolean     NOT NULL DEFAULT true,
  attributes  jsonb       NOT NULL DEFAULT '{}',
  version     bigint      NOT NULL DEFAULT 1,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  changed     xid8        NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX products_changed ON catalog.products (changed);
CREATE TRIGGER products_changed BEFORE UPDATE ON catalog.products
  FOR EACH ROW EXECUTE FUNCTION catalog.mark_changed();

-- Whoever locks several rows locks them in the order of product_id. The checks are a backstop: the gateway decides over
-- locked figures. Half-full pages keep the frequent updates on their page (HOT).
CREATE TABLE catalog.stock (
  product_id uuid   PRIMARY KEY,
  available  bigint NOT NULL CHECK (available >= 0),
  reserved   bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

CREATE TABLE catalog.customers (
  id         text        PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
  name       text        NOT NULL,
  email      text        NOT NULL,
  active     boolean     NOT NULL DEFAULT true,
  version    bigint      NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL DEFAULT now(),
  changed    xid8        NOT NULL DEFAULT pg_current_xact_id()
);
CREATE INDEX customers_changed ON catalog.customers (changed);
CREATE TRIGGER customers_changed BEFORE UPDATE ON catalog.customers
  FOR EACH ROW EXECUTE FUNCTION catalog.mark_changed();
