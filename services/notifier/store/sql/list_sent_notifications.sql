-- Most are sent: the newest are found soon. Where few are, this walks past all the others; an index would cost every
-- first attempt an entry in each index of the table.
SELECT n.id, n.event_id, n.order_id, n.event_type, n.channel, n.state, n.attempt,
       CASE WHEN NOT n.blocked AND (n.leased_until IS NULL OR n.leased_until < now()) THEN n.next_attempt_at END,
       n.last_error, n.created_at, n.sent_at
  FROM notifications.notifications AS n
 WHERE n.state = 2 AND (n.created_at, n.id) < ($1::timestamptz, $2::uuid)
 ORDER BY n.created_at DESC, n.id DESC
 LIMIT $3
