-- Resends of many notifications: what is asked for, and how far each has come. One is worked on in short transactions that
-- move its position along (created_at, id), so whoever goes on after a crash knows where.
CREATE TABLE notifications.resends (
  id             uuid        PRIMARY KEY,
  request_id     text        NOT NULL UNIQUE,
  error_contains text        NOT NULL,
  failed_from    timestamptz NOT NULL,
  failed_before  timestamptz NOT NULL,
  even_if_sent   boolean     NOT NULL,
  created_at     timestamptz NOT NULL DEFAULT now(),
  counted        boolean     NOT NULL DEFAULT false,  -- whether `matched` is the total; from then on they are resent
  matched        bigint      NOT NULL DEFAULT 0,
  scheduled      bigint      NOT NULL DEFAULT 0,
  after_time     timestamptz NOT NULL DEFAULT '-infinity',
  after_id       uuid        NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
  done_at        timestamptz
);
CREATE INDEX resends_open ON notifications.resends (created_at) WHERE done_at IS NULL;

-- When it was given up. Null: it was not, or by a release that did not write it.
ALTER TABLE notifications.notifications ADD COLUMN failed_at timestamptz;
