-- When a notification was last resent: how long it may wait for a server that is away counts from then. Null: never.
ALTER TABLE notifications.notifications ADD COLUMN resent_at timestamptz;
