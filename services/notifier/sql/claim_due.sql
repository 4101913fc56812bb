-- $1 channel, $2 limit, $3 lease in ms, $4 gap wait in ms. next_attempt_at becomes the lease's end, so that a claim
-- whose worker dies is due again by itself.
WITH due AS MATERIALIZED (
  SELECT d.id
    FROM notifications.notifications AS d
   WHERE d.channel = $1 AND d.next_attempt_at <= now() AND d.state = 1
     AND (d.order_version = 1 OR (
           NOT EXISTS (SELECT 1 FROM notifications.notifications AS e
                        WHERE e.order_id = d.order_id AND e.order_version < d.order_version
                          AND e.channel = d.channel AND e.recipient = d.recipient AND e.state = 1)
           AND (d.created_at < now() - $4::int8 * interval '1 ms'
                OR EXISTS (SELECT 1 FROM notifications.notifications AS e
                            WHERE e.order_id = d.order_id AND e.order_version = d.order_version - 1
                              AND e.channel = d.channel AND e.recipient = d.recipient))))
   ORDER BY d.next_attempt_at
   LIMIT $2
   FOR UPDATE OF d SKIP LOCKED
)
UPDATE notifications.notifications AS n
   SET attempt = n.attempt + 1, claim = n.claim + 1, next_attempt_at = now() + $3::int8 * interval '1 ms',
       leased_until = now() + $3::int8 * interval '1 ms'
  FROM due
 WHERE n.id = due.id
RETURNING n.id, n.claim, n.attempt, n.event_id, n.event_type, n.order_id, n.order_version, n.payload, n.traceparent,
          n.created_at,
          CASE WHEN n.channel = 1
               THEN (SELECT o.contact_email FROM orders.orders AS o WHERE o.id = n.order_id) END
