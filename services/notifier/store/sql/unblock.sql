-- Makes due what is blocked of the orders $1 and may be attempted by now; $2 gap wait in ms. What another session has in
-- hand, that session decides on.
WITH free AS MATERIALIZED (
  SELECT n.id
    FROM notifications.notifications AS n
   WHERE n.order_id = ANY ($1::uuid[]) AND n.blocked AND n.state = 1
     AND NOT EXISTS (SELECT 1 FROM notifications.notifications AS e
                      WHERE e.order_id = n.order_id AND e.order_version < n.order_version
                        AND e.channel = n.channel AND e.recipient = n.recipient AND e.state = 1)
     AND (n.created_at <= now() - $2::int8 * interval '1 ms'
          OR EXISTS (SELECT 1 FROM notifications.notifications AS e
                      WHERE e.order_id = n.order_id AND e.order_version = n.order_version - 1
                        AND e.channel = n.channel AND e.recipient = n.recipient))
   FOR UPDATE OF n SKIP LOCKED
)
UPDATE notifications.notifications AS n
   SET next_attempt_at = now(), blocked = false
  FROM free
 WHERE n.id = free.id
