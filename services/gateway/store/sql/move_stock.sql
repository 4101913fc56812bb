-- $1 products, all of them locked; $2 and $3 what is added to available and to reserved of each.
UPDATE catalog.stock s
SET available = s.available + d.available, reserved = s.reserved + d.reserved
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS d (product_id, available, reserved)
WHERE s.product_id = d.product_id
