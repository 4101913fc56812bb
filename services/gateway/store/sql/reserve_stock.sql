-- $1 products, all of them locked; $2 how many.
UPDATE catalog.stock s
SET available = s.available - d.quantity, reserved = s.reserved + d.quantity
FROM unnest($1::uuid[], $2::bigint[]) AS d (product_id, quantity)
WHERE s.product_id = d.product_id
