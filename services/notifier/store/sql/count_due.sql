-- Counts at most $1 for each channel; what is blocked is not due.
SELECT c.channel, d.due, (extract(epoch FROM now() - d.oldest) * 1000)::int8
  FROM (VALUES (1::int2), (2::int2), (3::int2)) AS c (channel)
 CROSS JOIN LATERAL (
       SELECT count(*) AS due, min(next_attempt_at) AS oldest
         FROM (SELECT next_attempt_at FROM notifications.notifications AS n
                WHERE n.channel = c.channel AND n.next_attempt_at <= now() AND NOT n.blocked
                ORDER BY n.next_attempt_at LIMIT $1) AS first) AS d
 WHERE d.due > 0
 ORDER BY c.channel
