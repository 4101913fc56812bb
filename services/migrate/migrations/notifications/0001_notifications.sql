-- The ledger of notifications.
CREATE SCHEMA notifications;

-- One row for each message to one recipient about one event. `channel` and `state` as in ordermesh.notifications.v1.
--
-- `id` is made of (event_id, channel, recipient), so a repeated event conflicts with its own rows. `recipient` is a role
-- ("contact", "default", "log"), never an address: the address stays in the order and is read when the message is sent.
-- `claim` rises with each claim and never falls; a worker marks only the claim that it holds.
--
-- A first attempt that succeeds is one insert and one update of columns that no index knows, on the same page: that is why
-- `state` stands in no index, `next_attempt_at` is null except while a row waits in the schedule, and pages are filled
-- half. A row whose worker died in its first attempt (state 1, next_attempt_at null, lease over) is found by created_at.
CREATE TABLE notifications.notifications (
  id              uuid        PRIMARY KEY,
  event_id        uuid        NOT NULL,
  event_type      text        NOT NULL,
  order_id        uuid        NOT NULL,
  order_version   bigint      NOT NULL CHECK (order_version > 0),
  channel         smallint    NOT NULL,
  recipient       text        NOT NULL,
  state           smallint    NOT NULL,
  attempt         integer     NOT NULL DEFAULT 0,
  claim           integer     NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  leased_until    timestamptz,
  last_error      text        NOT NULL DEFAULT '',
  payload         bytea       NOT NULL,  -- the event, for later attempts; empty where the channel needs none
  traceparent     text        NOT NULL DEFAULT '',
  created_at      timestamptz NOT NULL DEFAULT now(),
  sent_at         timestamptz
) WITH (fillfactor = 50);
CREATE INDEX notifications_by_order ON notifications.notifications (order_id, order_version);
CREATE INDEX notifications_by_time ON notifications.notifications (created_at, id);
CREATE INDEX notifications_due ON notifications.notifications (channel, next_attempt_at)
  WHERE next_attempt_at IS NOT NULL;
CREATE INDEX notifications_troubled ON notifications.notifications (created_at, id) WHERE last_error <> '';

-- How far a chore that walks along created_at has come.
CREATE TABLE notifications.chores (
  name  text        PRIMARY KEY,
  until timestamptz NOT NULL
);
INSERT INTO notifications.chores (name, until) VALUES ('orphans', '-infinity'), ('retention', '-infinity');

-- Messages that were given up, as they came. One that waits here is kept once, however often it arrives.
CREATE TABLE notifications.dead_letters (
  id           uuid        PRIMARY KEY,
  message_id   text        NOT NULL,
  routing_key  text        NOT NULL,
  content_type text        NOT NULL DEFAULT '',
  reason       text        NOT NULL,
  headers      jsonb       NOT NULL DEFAULT '{}',
  body         bytea       NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  redriven_at  timestamptz
);
CREATE INDEX dead_letters_by_time ON notifications.dead_letters (created_at, id);
CREATE UNIQUE INDEX dead_letters_waiting ON notifications.dead_letters (message_id, sha256(body))
  WHERE redriven_at IS NULL;
