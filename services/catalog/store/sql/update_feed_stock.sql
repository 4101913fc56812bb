-- All of them locked, or just inserted.
UPDATE catalog.stock s
SET available = n.available, version = n.version
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS n (product_id, available, version)
WHERE s.product_id = n.product_id
