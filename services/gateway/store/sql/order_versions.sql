SELECT k.id, o.version
FROM unnest($1::uuid[]) AS k (id)
CROSS JOIN LATERAL (SELECT c.version FROM orders.orders c WHERE c.id = k.id OFFSET 0) AS o
