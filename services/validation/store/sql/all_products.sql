-- A page, by key.
SELECT id, sku, name, price_minor, currency, active AND deleted_at IS NULL
FROM catalog.products
WHERE id > $1
ORDER BY id
LIMIT $2
