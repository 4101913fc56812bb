-- $1 how old an order has to be, in microseconds; $2 how many to look at. The next behind the position, and whether each is
-- old enough. Walks the primary key.
SELECT o.id, o.caller, o.version, o.state, o.created_at <= now() - $1::bigint * interval '1 microsecond'
FROM orders.orders o
WHERE o.id > (SELECT e.position FROM orders.expiry e)
ORDER BY o.id
LIMIT $2::bigint
