-- Empty, so that their histories begin with what follows.
INSERT INTO catalog.stock (product_id, available)
SELECT product_id, 0
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS n (product_id, available, version)
ON CONFLICT DO NOTHING
