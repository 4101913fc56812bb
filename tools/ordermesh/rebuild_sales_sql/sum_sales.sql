-- The columns of analytics.sales, in its order. State 2 is CANCELLED.
SELECT date_trunc('hour', o.created_at, 'UTC'), l.product_id, o.currency, max(l.sku),
       count(DISTINCT o.id),
       sum(l.quantity)::bigint,
       sum(l.quantity * l.unit_price_minor)::bigint,
       count(DISTINCT o.id) FILTER (WHERE o.state = 2),
       coalesce(sum(l.quantity) FILTER (WHERE o.state = 2), 0)::bigint,
       coalesce(sum(l.quantity * l.unit_price_minor) FILTER (WHERE o.state = 2), 0)::bigint
FROM orders.orders AS o
JOIN orders.lines AS l ON l.order_id = o.id
GROUP BY 1, 2, 3
