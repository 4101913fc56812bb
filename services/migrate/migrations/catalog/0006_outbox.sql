-- The outbox of the catalogue's events: as that of the orders (orders/0001_orders says why), but for the aggregate's id,
-- which is text, since customers' ids are.
CREATE TABLE catalog.outbox (
  position     bigint      GENERATED ALWAYS AS IDENTITY,
  xid          xid8        NOT NULL DEFAULT pg_current_xact_id(),
  event_id     uuid        NOT NULL,
  aggregate_id text        NOT NULL,
  type         text        NOT NULL,
  payload      bytea       NOT NULL,
  headers      jsonb       NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (xid, position)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000);

-- How far each sink has come, in the database system that `system_identifier` names.
CREATE TABLE catalog.outbox_cursor (
  sink              text        PRIMARY KEY,
  xid               xid8        NOT NULL,
  position          bigint      NOT NULL,
  system_identifier bigint      NOT NULL,
  updated_at        timestamptz NOT NULL DEFAULT now()
);

-- Up to where the outbox has been pruned.
CREATE TABLE catalog.outbox_pruned (
  one      boolean PRIMARY KEY DEFAULT true CHECK (one),
  xid      xid8    NOT NULL,
  position bigint  NOT NULL
);
INSERT INTO catalog.outbox_pruned (xid, position) VALUES ('0', 0);

-- Events that a sink refused for good.
CREATE TABLE catalog.outbox_dead (
  sink         text        NOT NULL,
  event_id     uuid        NOT NULL,
  aggregate_id text        NOT NULL,
  type         text        NOT NULL,
  payload      bytea       NOT NULL,
  headers      jsonb       NOT NULL,
  reason       text        NOT NULL,
  created_at   timestamptz NOT NULL,
  buried_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sink, event_id)
);
