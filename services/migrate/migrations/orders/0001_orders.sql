-- Orders, and the outbox of their events.
CREATE SCHEMA orders;

-- One order for one (caller, request_id): a client that gave no request id gets one of the server's making. `state` as in
-- ordermesh.orders.v1.OrderState.
CREATE TABLE orders.orders (
  id            uuid        PRIMARY KEY,
  caller        text        NOT NULL,
  request_id    text        NOT NULL,
  fingerprint   bytea       NOT NULL,
  customer_id   text        NOT NULL,
  state         smallint    NOT NULL,
  total_minor   bigint      NOT NULL,
  currency      text        NOT NULL,
  contact_email text        NOT NULL,
  note          text        NOT NULL,
  version       bigint      NOT NULL DEFAULT 1,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (caller, request_id)
);
-- Without the id, which would break ties: an index that holds it may be chosen to look one up, from end to end, while
-- statistics say that the table is empty. Equal times are few: the orders of one transaction.
CREATE INDEX orders_by_time ON orders.orders (caller, created_at DESC);
CREATE INDEX orders_by_customer ON orders.orders (caller, customer_id, created_at DESC);

-- Price and name as they were: later changes of the catalogue don't rewrite history. No foreign key: a line is only ever
-- written in its order's own transaction, and the key's check would cost a look-up for each.
CREATE TABLE orders.lines (
  order_id         uuid     NOT NULL,
  line             smallint NOT NULL,
  product_id       uuid     NOT NULL,
  sku              text     NOT NULL,
  name             text     NOT NULL,
  quantity         integer  NOT NULL CHECK (quantity > 0),
  unit_price_minor bigint   NOT NULL,
  PRIMARY KEY (order_id, line)
);

-- Append-only. Read behind a cursor in the order of (xid, position), and only where xid < pg_snapshot_xmin(now): every
-- transaction below that has ended, so a row that commits late is never skipped. Vacuumed after each 10,000 rows that were
-- pruned, however many there are: who reads from the front would else pass over them again and again.
CREATE TABLE orders.outbox (
  position     bigint      GENERATED ALWAYS AS IDENTITY,
  xid          xid8        NOT NULL DEFAULT pg_current_xact_id(),
  event_id     uuid        NOT NULL,
  aggregate_id uuid        NOT NULL,
  type         text        NOT NULL,
  payload      bytea       NOT NULL,
  headers      jsonb       NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (xid, position)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- How far each sink has come. Transaction ids mean nothing in another database cluster: the relay stops when
-- `system_identifier` is not this cluster's.
CREATE TABLE orders.outbox_cursor (
  sink              text        PRIMARY KEY,
  xid               xid8        NOT NULL,
  position          bigint      NOT NULL,
  system_identifier bigint      NOT NULL,
  updated_at        timestamptz NOT NULL DEFAULT now()
);

-- Up to where the outbox has been pruned: pruning goes on from here, never from the table's minimum.
CREATE TABLE orders.outbox_pruned (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid      xid8    NOT NULL,
  position bigint  NOT NULL
);
INSERT INTO orders.outbox_pruned (xid, position) VALUES ('0', 0);

-- Events that a sink refused for good.
CREATE TABLE orders.outbox_dead (
  sink         text        NOT NULL,
  event_id     uuid        NOT NULL,
  aggregate_id uuid        NOT NULL,
  type         text        NOT NULL,
  payload      bytea       NOT NULL,
  headers      jsonb       NOT NULL,
  reason       text        NOT NULL,
  created_at   timestamptz NOT NULL,
  buried_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, event_id)
);
