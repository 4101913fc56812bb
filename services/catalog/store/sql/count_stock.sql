-- $1 only below; $2 at most. After scan_stock; as list_stock.
SELECT count(*) FROM (
  SELECT 1
  FROM (SELECT product_id FROM catalog.stock WHERE available < $1::bigint OFFSET 0) AS s,
       LATERAL (SELECT 1 FROM catalog.products WHERE id = s.product_id AND deleted_at IS NULL OFFSET 0) AS p
  LIMIT $2::bigint
) AS matching
