-- The guard stands on the row that is updated. What was sent is sent again only when that is asked for ($2). A first attempt that is under way has no time in next_attempt_at and a
-- lease; one that never began has attempt 0.
UPDATE notifications.notifications AS n
   SET state = 1, attempt = 0, next_attempt_at = now(), leased_until = NULL, blocked = false, recovered = false,
       failed_at = NULL, resent_at = now()
 WHERE n.id = $1
   AND (n.state = 3 OR (n.state = 2 AND $2)
        OR (n.state = 1 AND n.attempt > 0 AND (n.leased_until IS NULL OR n.leased_until < now())))
RETURNING n.id, n.event_id, n.order_id, n.event_type, n.channel, n.state, n.attempt, n.next_attempt_at, n.last_error,
          n.created_at, n.sent_at
