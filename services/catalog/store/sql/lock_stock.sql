-- After lock_changes.
SELECT s.product_id, p.sku, s.available, s.reserved, s.version
FROM catalog.stock s JOIN catalog.products p ON p.id = s.product_id
WHERE s.product_id = $1::uuid
FOR UPDATE OF s
