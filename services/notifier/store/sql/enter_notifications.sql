-- Enters a batch, sorted by id (crossing batches would deadlock), and claims what may be attempted at once. $11 lease in ms,
-- $12 gap wait in ms: what has to wait for an earlier version is blocked, and looked at again when the wait is over. Rows
-- of version 1 need no look at other rows; the look is a subplan, so a batch without others never pays for it.
WITH new AS (
  SELECT n.*, n.order_version = 1 OR (
           NOT EXISTS (SELECT 1 FROM notifications.notifications AS e
                        WHERE e.order_id = n.order_id AND e.order_version < n.order_version
                          AND e.channel = n.channel AND e.recipient = n.recipient AND e.state = 1)
           AND EXISTS (SELECT 1 FROM notifications.notifications AS e
                        WHERE e.order_id = n.order_id AND e.order_version = n.order_version - 1
                          AND e.channel = n.channel AND e.recipient = n.recipient)) AS free
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::int8[], $6::int4[], $7::text[], $8::bytea[],
                $9::text[], $10::bool[])
      AS n (id, event_id, event_type, order_id, order_version, channel, recipient, payload, traceparent, claim)
), entered AS (
  INSERT INTO notifications.notifications
    (id, event_id, event_type, order_id, order_version, channel, recipient, state, attempt, claim, next_attempt_at,
     leased_until, blocked, payload, traceparent)
  SELECT id, event_id, event_type, order_id, order_version, channel, recipient, 1,
         (claim AND free)::int4, (claim AND free)::int4,
         CASE WHEN NOT free THEN now() + $12::int8 * interval '1 ms' WHEN NOT claim THEN now() END,
         CASE WHEN claim AND free THEN now() + $11::int8 * interval '1 ms' END, NOT free, payload, traceparent
    FROM new
  ON CONFLICT (id) DO NOTHING
  RETURNING id, claim, channel, order_id, order_version, created_at, blocked
)
SELECT id, claim, created_at,
       CASE WHEN channel = 1 AND claim = 1
            THEN (SELECT o.contact_email FROM orders.orders AS o WHERE o.id = entered.order_id) END,
       blocked, order_id,
       CASE WHEN channel = 1 AND claim = 1 AND order_version > 1
            THEN (SELECT c.order_updates
                    FROM orders.orders AS o
                    JOIN catalog.customers AS c ON c.id = o.customer_id
                   WHERE o.id = entered.order_id AND c.deleted_at IS NULL) END
  FROM entered
