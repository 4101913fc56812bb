SELECT id, sku, name, price_minor, currency, active
FROM catalog.products
WHERE changed >= $1
LIMIT $2
