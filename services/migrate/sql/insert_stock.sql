-- By SKU: a product that was there before has another id.
INSERT INTO catalog.stock (product_id, available)
SELECT id, $2::bigint
FROM catalog.products
WHERE sku = ANY ($1::text[])
ORDER BY id
ON CONFLICT (product_id) DO NOTHING
