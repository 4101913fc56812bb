-- Gives up, at most $3, what has waited for longer than $2 ms for a server that is away: on channel $1, due, and made or
-- resent so long ago. What is being sent has its lease's end in next_attempt_at, and is left alone.
WITH old AS MATERIALIZED (
  SELECT n.id
    FROM notifications.notifications AS n
   WHERE n.channel = $1 AND n.next_attempt_at <= now() AND n.state = 1 AND NOT n.blocked
     AND coalesce(n.resent_at, n.created_at) < now() - $2::int8 * interval '1 ms'
   ORDER BY n.next_attempt_at
   LIMIT $3
   FOR UPDATE SKIP LOCKED
)
UPDATE notifications.notifications AS n
   SET state = 3, last_error = 'unreachable', next_attempt_at = NULL, leased_until = NULL, blocked = false,
       recovered = false, failed_at = now()
  FROM old
 WHERE n.id = old.id
RETURNING n.order_id
