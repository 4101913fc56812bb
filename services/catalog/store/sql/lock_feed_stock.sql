-- In the order in which the gateway locks stock.
SELECT s.product_id, p.sku, s.available, s.reserved, s.version
FROM catalog.stock s JOIN catalog.products p ON p.id = s.product_id
WHERE p.sku = ANY ($1::text[])
ORDER BY s.product_id
FOR UPDATE OF s
