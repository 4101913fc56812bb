-- $1 product, which may be deleted. One that never had any stock has no row.
SELECT p.id, p.sku, coalesce(s.available, 0), coalesce(s.reserved, 0), coalesce(s.version, 1)
FROM catalog.products p LEFT JOIN catalog.stock s ON s.product_id = p.id
WHERE p.id = $1::uuid
