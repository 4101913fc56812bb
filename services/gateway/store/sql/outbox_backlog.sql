-- How far the slowest sink is behind the newest event, about, in rows: by positions, which need no counting.
SELECT coalesce((SELECT o.position FROM orders.outbox o ORDER BY o.xid DESC, o.position DESC LIMIT 1), 0)
     - coalesce((SELECT min(c.position) FROM orders.outbox_cursor c), 0)
