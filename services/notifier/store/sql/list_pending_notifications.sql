-- What waits in the schedule, and what is in its first attempt: that is younger than two leases ($4, in ms), or an orphan
-- about to be put into the schedule.
SELECT n.id, n.event_id, n.order_id, n.event_type, n.channel, n.state, n.attempt,
       CASE WHEN NOT n.blocked AND (n.leased_until IS NULL OR n.leased_until < now()) THEN n.next_attempt_at END,
       n.last_error, n.created_at, n.sent_at
  FROM notifications.notifications AS n
 WHERE n.id IN (
         SELECT w.id FROM (
           SELECT s.id, s.created_at FROM notifications.notifications AS s
            WHERE s.next_attempt_at IS NOT NULL AND (s.created_at, s.id) < ($1::timestamptz, $2::uuid)
            ORDER BY s.created_at DESC, s.id DESC LIMIT $3) AS w
         UNION ALL
         SELECT f.id FROM (
           SELECT y.id FROM notifications.notifications AS y
            WHERE y.next_attempt_at IS NULL AND y.state = 1 AND y.created_at > now() - $4::int8 * interval '1 ms'
              AND (y.created_at, y.id) < ($1::timestamptz, $2::uuid)
            ORDER BY y.created_at DESC, y.id DESC LIMIT $3) AS f)
   AND n.state = 1
 ORDER BY n.created_at DESC, n.id DESC
 LIMIT $3
