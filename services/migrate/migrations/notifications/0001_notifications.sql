-- The ledger of notifications.
CREATE SCHEMA notifications;

-- One row for each message to one recipient about one event. `channel` and `state` as in ordermesh.notifications.v1.
-- `payload` is the event, for the later attempts.
CREATE TABLE notifications.notifications (
  id              uuid        PRIMARY KEY,
  event_id        uuid        NOT NULL,
  event_type      text        NOT NULL,
  order_id        uuid        NOT NULL,
  order_version   bigint      NOT NULL,
  channel         smallint    NOT NULL,
  recipient       text        NOT NULL,
  state           smallint    NOT NULL,
  attempt         integer     NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  leased_until    timestamptz,
  last_error      text        NOT NULL DEFAULT '',
  payload         bytea       NOT NULL,
  traceparent     text        NOT NULL DEFAULT '',
  created_at      timestamptz NOT NULL DEFAULT now(),
  sent_at         timestamptz,
  UNIQUE (event_id, channel, recipient)
);
CREATE INDEX notifications_due ON notifications.notifications (channel, next_attempt_at) WHERE state = 1;
CREATE INDEX notifications_by_order ON notifications.notifications (order_id, order_version);
CREATE INDEX notifications_by_time ON notifications.notifications (created_at DESC, id DESC);

-- Messages that were given up, as they came.
CREATE TABLE notifications.dead_letters (
  id          uuid        PRIMARY KEY,
  message_id  text        NOT NULL,
  routing_key text        NOT NULL,
  reason      text        NOT NULL,
  headers     jsonb       NOT NULL DEFAULT '{}',
  body        bytea       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  redriven_at timestamptz
);
CREATE INDEX dead_letters_by_time ON notifications.dead_letters (created_at DESC, id DESC);
