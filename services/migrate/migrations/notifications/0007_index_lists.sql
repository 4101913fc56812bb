-- Without a transaction.
--
-- Lists of what is in a rare state, which is what an operator looks for. A first attempt that succeeds has an entry in
-- neither index; what is in the schedule has one more to write each time that it moves.
--
-- What failed: an error, no next attempt, and not sent since. What had trouble and was sent before this is told so first.
UPDATE notifications.notifications SET recovered = true WHERE last_error <> '' AND state = 2 AND NOT recovered;
DROP INDEX CONCURRENTLY IF EXISTS notifications.notifications_failed;
CREATE INDEX CONCURRENTLY notifications_failed ON notifications.notifications (created_at, id)
  WHERE last_error <> '' AND next_attempt_at IS NULL AND NOT recovered;
DROP INDEX CONCURRENTLY IF EXISTS notifications.notifications_scheduled;
CREATE INDEX CONCURRENTLY notifications_scheduled ON notifications.notifications (created_at, id)
  WHERE next_attempt_at IS NOT NULL;
-- What it was for is in the first of these.
DROP INDEX CONCURRENTLY IF EXISTS notifications.notifications_troubled;
