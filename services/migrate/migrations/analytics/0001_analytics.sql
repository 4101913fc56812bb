-- What was sold, counted from Kafka exactly once.
CREATE SCHEMA analytics;

-- The next record to count, and the id of the record before it (its event's, or one made of its content): if another record
-- stands there, the topic was made anew and counting starts from its beginning. NULL: nothing to compare with.
-- `lost_records`: how many Kafka had dropped before they were counted; more than none, and the rollups have to be rebuilt.
CREATE TABLE analytics.offsets (
  topic         text    NOT NULL,
  partition     integer NOT NULL,
  next_offset   bigint  NOT NULL,
  last_event_id uuid,
  lost_records  bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (topic, partition)
);

-- Events that were counted. Pruned by age, later than Kafka's retention: by key, since ids rise with time (UUIDv7).
CREATE TABLE analytics.seen_events (
  event_id uuid        PRIMARY KEY,
  seen_at  timestamptz NOT NULL DEFAULT now()
);

-- By hour (UTC) in which the order was accepted, also for what was cancelled later.
CREATE TABLE analytics.sales (
  bucket                  timestamptz NOT NULL,
  product_id              uuid        NOT NULL,
  currency                text        NOT NULL,
  sku                     text        NOT NULL,
  orders                  bigint      NOT NULL DEFAULT 0,
  units                   bigint      NOT NULL DEFAULT 0,
  revenue_minor           bigint      NOT NULL DEFAULT 0,
  cancelled_orders        bigint      NOT NULL DEFAULT 0,
  cancelled_units         bigint      NOT NULL DEFAULT 0,
  cancelled_revenue_minor bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, product_id, currency)
) WITH (fillfactor = 50);

-- The same for whole orders, since an order of three products is one order.
CREATE TABLE analytics.order_totals (
  bucket                  timestamptz NOT NULL,
  currency                text        NOT NULL,
  orders                  bigint      NOT NULL DEFAULT 0,
  units                   bigint      NOT NULL DEFAULT 0,
  revenue_minor           bigint      NOT NULL DEFAULT 0,
  cancelled_orders        bigint      NOT NULL DEFAULT 0,
  cancelled_units         bigint      NOT NULL DEFAULT 0,
  cancelled_revenue_minor bigint      NOT NULL DEFAULT 0,
  PRIMARY KEY (bucket, currency)
) WITH (fillfactor = 20);
