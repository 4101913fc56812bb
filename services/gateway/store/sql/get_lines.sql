-- $1: the orders. OFFSET 0 keeps one look-up for each order, by the primary key, whatever the planner believes of sizes.
SELECT l.order_id, l.product_id, l.sku, l.name, l.quantity, l.unit_price_minor
FROM unnest($1::uuid[]) AS k (id)
CROSS JOIN LATERAL (SELECT * FROM orders.lines c WHERE c.order_id = k.id ORDER BY c.line OFFSET 0) AS l
