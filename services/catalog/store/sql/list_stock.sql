-- $1 only below; ($2, $3) the place behind which to begin; $4 skip; $5 limit. After scan_stock. The OFFSETs of 0 keep the
-- subqueries apart: stock is read and sorted first, and then a product looked up for each row of the page and of what is skipped.
SELECT s.product_id, p.sku, s.available, s.reserved, s.version
FROM (
  SELECT product_id, available, reserved, version
  FROM catalog.stock
  WHERE available < $1::bigint AND (available, product_id) > ($2::bigint, $3::uuid)
  ORDER BY available, product_id
  OFFSET 0
) AS s, LATERAL (
  SELECT sku FROM catalog.products WHERE id = s.product_id AND deleted_at IS NULL OFFSET 0
) AS p
ORDER BY s.available, s.product_id
OFFSET $4::bigint LIMIT $5::bigint
