-- Why an order was cancelled, as in ordermesh.orders.v1.CancelReason; 0 also where an earlier release cancelled it.
ALTER TABLE orders.orders ADD COLUMN cancel_reason smallint NOT NULL DEFAULT 0;

-- How far the expiry of unpaid orders has come: no order with an id up to `position` is in state ACCEPTED, but for those
-- that could not be cancelled and are in the gateway's log.
CREATE TABLE orders.expiry (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  position uuid    NOT NULL
);
INSERT INTO orders.expiry (position) VALUES ('00000000-0000-0000-0000-000000000000');
