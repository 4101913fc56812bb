-- What the catalogue's service needs: when rows were made and deleted, versions of stock, its history, repeats of requests.

-- A deleted row stays, so that its id and SKU stay taken. Of a deleted customer, name and address are erased.
ALTER TABLE catalog.products
  ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN deleted_at timestamptz;
ALTER TABLE catalog.customers
  ADD COLUMN created_at    timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN deleted_at    timestamptz,
  ADD COLUMN order_updates boolean NOT NULL DEFAULT true;  -- wants mails when an order was paid, shipped, delivered

-- When a row was written, by the clock of that moment: now() is when the transaction began, before it waited for its lock,
-- so that the times of a row's versions could fall.
CREATE OR REPLACE FUNCTION catalog.mark_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed := pg_current_xact_id();
  -- Who has locked many rows may tell one time for all of them.
  IF NEW.updated_at = OLD.updated_at THEN
    NEW.updated_at := clock_timestamp();
  END IF;
  RETURN NEW;
END $$;

-- Lists. Texts in the order of their lower-case form, by code point, so that a prefix is a range.
CREATE INDEX products_by_name ON catalog.products (lower(name) COLLATE "C", id);
CREATE INDEX products_by_sku ON catalog.products (lower(sku) COLLATE "C", id);
CREATE INDEX products_by_price ON catalog.products (currency, price_minor, id);
CREATE INDEX products_by_update ON catalog.products (updated_at, id);
CREATE INDEX products_by_category ON catalog.products (category, lower(name) COLLATE "C", id);
CREATE INDEX products_by_brand ON catalog.products (brand, lower(name) COLLATE "C", id);
CREATE INDEX products_inactive ON catalog.products (lower(name) COLLATE "C", id) WHERE NOT active;
CREATE INDEX customers_by_id ON catalog.customers (id COLLATE "C");
CREATE INDEX customers_by_email ON catalog.customers (email, id COLLATE "C");
CREATE INDEX customers_by_name ON catalog.customers (lower(name) COLLATE "C", id COLLATE "C");
CREATE INDEX customers_by_update ON catalog.customers (updated_at, id COLLATE "C");
CREATE INDEX customers_by_activity ON catalog.customers (active, id COLLATE "C");

-- Rises by one with each adjustment; what orders reserve, give back and take out leaves it as it is.
ALTER TABLE catalog.stock ADD COLUMN version bigint NOT NULL DEFAULT 1;

-- Why stock changed. Append-only. `kind` as in ordermesh.catalog.v1.StockMovementKind; a reservation (3) has no row here:
-- the lines of every order that was accepted are one each. With those, the rows of a product sum to its stock, in every
-- snapshot. Releases and shipments are written by a trigger on orders.orders, an opening by the one below.
CREATE TABLE catalog.movements (
  product_id      uuid        NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  id              uuid        NOT NULL DEFAULT gen_random_uuid(),
  kind            smallint    NOT NULL CHECK (kind IN (1, 2, 4, 5)),
  available_delta bigint      NOT NULL,
  reserved_delta  bigint      NOT NULL,
  reason          text        NOT NULL DEFAULT '' CHECK (char_length(reason) <= 200),
  order_id        uuid,
  PRIMARY KEY (product_id, created_at, id)
);

-- Whoever adds a row of stock that is not empty begins its history.
CREATE FUNCTION catalog.open_movements() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.movements (product_id, kind, available_delta, reserved_delta)
  VALUES (NEW.product_id, 1, NEW.available, NEW.reserved);
  RETURN NULL;
END $$;
CREATE TRIGGER stock_opened AFTER INSERT ON catalog.stock
  FOR EACH ROW WHEN (NEW.available <> 0 OR NEW.reserved <> 0) EXECUTE FUNCTION catalog.open_movements();

-- What a request id did: `kind` 1 made a product, 2 a customer, 3 adjusted the stock of a product; `target` is its id.
CREATE TABLE catalog.requests (
  kind        smallint    NOT NULL,
  caller      text        NOT NULL,
  request_id  text        NOT NULL,
  fingerprint bytea       NOT NULL,
  target      text        NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (kind, caller, request_id)
);
-- For whoever is deleted: a fingerprint is made of what was sent, which a guess can be held against.
CREATE INDEX requests_of_customers ON catalog.requests (target) WHERE kind = 2;
