DELETE FROM notifications.dead_letters AS d
 WHERE d.id IN (SELECT o.id FROM notifications.dead_letters AS o
                 WHERE o.redriven_at IS NOT NULL AND o.created_at < now() - $1::int8 * interval '1 ms'
                 ORDER BY o.created_at LIMIT $2)
