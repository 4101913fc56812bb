-- Without a transaction.
--
-- Each notification that is done asks for those that wait for it. Few wait, so the index is small, and no notification that
-- need not wait has an entry.
DROP INDEX CONCURRENTLY IF EXISTS notifications.notifications_blocked;
CREATE INDEX CONCURRENTLY notifications_blocked ON notifications.notifications (order_id) WHERE blocked;
