-- Looks at the $5 that have been due for longest on channel $1. Of those whose turn has come it claims $2: next_attempt_at
-- becomes the end of the lease ($3, in ms), so that a claim whose worker dies is due again by itself. The others are
-- blocked, and put off: until the gap wait ($4, in ms) is over, or by $6 ms. They come with claim 0.
--
-- What was changed meanwhile has another next_attempt_at, and is left alone.
WITH looked AS MATERIALIZED (
  SELECT d.id, d.next_attempt_at AS due_at, d.order_version = 1 OR (
           NOT EXISTS (SELECT 1 FROM notifications.notifications AS e
                        WHERE e.order_id = d.order_id AND e.order_version < d.order_version
                          AND e.channel = d.channel AND e.recipient = d.recipient AND e.state = 1)
           AND (d.created_at <= now() - $4::int8 * interval '1 ms'
                OR EXISTS (SELECT 1 FROM notifications.notifications AS e
                            WHERE e.order_id = d.order_id AND e.order_version = d.order_version - 1
                              AND e.channel = d.channel AND e.recipient = d.recipient))) AS free
    FROM (SELECT id, next_attempt_at, order_id, order_version, channel, recipient, created_at
            FROM notifications.notifications
           WHERE channel = $1 AND next_attempt_at <= now() AND state = 1
           ORDER BY next_attempt_at
           LIMIT $5) AS d
), due AS MATERIALIZED (
  SELECT n.id
    FROM looked
    JOIN notifications.notifications AS n ON n.id = looked.id
   WHERE looked.free AND n.next_attempt_at = looked.due_at AND n.state = 1
   ORDER BY looked.due_at
   LIMIT $2
   FOR UPDATE OF n SKIP LOCKED
), blocked AS MATERIALIZED (
  SELECT n.id
    FROM looked
    JOIN notifications.notifications AS n ON n.id = looked.id
   WHERE NOT looked.free AND n.next_attempt_at = looked.due_at AND n.state = 1
   FOR UPDATE OF n SKIP LOCKED
), claimed AS (
  UPDATE notifications.notifications AS n
     SET attempt = n.attempt + 1, claim = n.claim + 1, next_attempt_at = now() + $3::int8 * interval '1 ms',
         leased_until = now() + $3::int8 * interval '1 ms', blocked = false
    FROM due
   WHERE n.id = due.id
  RETURNING n.id, n.claim, n.attempt, n.event_id, n.event_type, n.order_id, n.order_version, n.payload, n.traceparent,
            n.created_at,
            CASE WHEN n.channel = 1
                 THEN (SELECT o.contact_email FROM orders.orders AS o WHERE o.id = n.order_id) END AS contact,
            CASE WHEN n.channel = 1 AND n.order_version > 1
                 THEN (SELECT c.order_updates
                         FROM orders.orders AS o
                         JOIN catalog.customers AS c ON c.id = o.customer_id
                        WHERE o.id = n.order_id AND c.deleted_at IS NULL) END AS wants_updates
), put_off AS (
  UPDATE notifications.notifications AS n
     SET blocked = true, leased_until = NULL,
         next_attempt_at = CASE WHEN n.created_at > now() - $4::int8 * interval '1 ms'
                                THEN n.created_at + $4::int8 * interval '1 ms'
                                ELSE now() + $6::int8 * interval '1 ms' END
    FROM blocked
   WHERE n.id = blocked.id
  RETURNING n.id, n.order_id
)
SELECT id, claim, attempt, event_id, event_type, order_id, order_version, payload, traceparent, created_at, contact,
       wants_updates
  FROM claimed
 UNION ALL
SELECT id, 0, 0, NULL, NULL, order_id, NULL, NULL, NULL, NULL, NULL, NULL
  FROM put_off
