-- $1 callers, $2 request ids: the lines of what find_orders finds.
SELECT l.order_id, l.product_id, l.sku, l.name, l.quantity, l.unit_price_minor
FROM unnest($1::text[], $2::text[]) AS k (caller, request_id)
CROSS JOIN LATERAL (
  SELECT c.id, c.request_id FROM orders.orders c
  WHERE c.caller = k.caller AND c.request_id >= k.request_id
  ORDER BY c.request_id
  LIMIT 1
) AS o
CROSS JOIN LATERAL (
  SELECT * FROM orders.lines c WHERE c.order_id = o.id ORDER BY c.line OFFSET 0
) AS l
WHERE o.request_id = k.request_id
