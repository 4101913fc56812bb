-- $1 product; $2 at most, of each source.
SELECT (SELECT count(*) FROM (SELECT 1 FROM catalog.movements WHERE product_id = $1::uuid LIMIT $2::bigint) AS made)
     + (SELECT count(*) FROM (SELECT 1 FROM orders.lines WHERE product_id = $1::uuid LIMIT $2::bigint) AS ordered)
