-- Whether a notification has to wait for an earlier version of its order. It stands in the schedule (next_attempt_at) all
-- the same: what ends the wait makes it due, and if that was lost, its time does.
ALTER TABLE notifications.notifications ADD COLUMN blocked boolean NOT NULL DEFAULT false;
