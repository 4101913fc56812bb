-- The columns of analytics.order_totals, in its order. State 2 is CANCELLED; 3, 4 and 5 are PAID, SHIPPED and DELIVERED. Beyond
-- version 2 a cancelled order was paid first.
SELECT date_trunc('hour', o.created_at, 'UTC'), o.currency,
       count(DISTINCT o.id),
       sum(l.quantity)::bigint,
       sum(l.quantity * l.unit_price_minor)::bigint,
       count(DISTINCT o.id) FILTER (WHERE o.state = 2),
       coalesce(sum(l.quantity) FILTER (WHERE o.state = 2), 0)::bigint,
       coalesce(sum(l.quantity * l.unit_price_minor) FILTER (WHERE o.state = 2), 0)::bigint,
       count(DISTINCT o.id) FILTER (WHERE was.paid),
       coalesce(sum(l.quantity) FILTER (WHERE was.paid), 0)::bigint,
       coalesce(sum(l.quantity * l.unit_price_minor) FILTER (WHERE was.paid), 0)::bigint,
       count(DISTINCT o.id) FILTER (WHERE was.shipped),
       coalesce(sum(l.quantity) FILTER (WHERE was.shipped), 0)::bigint,
       coalesce(sum(l.quantity * l.unit_price_minor) FILTER (WHERE was.shipped), 0)::bigint
FROM orders.orders AS o
CROSS JOIN LATERAL (SELECT o.state IN (3, 4, 5) OR (o.state = 2 AND o.version > 2) AS paid, o.state IN (4, 5) AS shipped) AS was
JOIN orders.lines AS l ON l.order_id = o.id
GROUP BY 1, 2
