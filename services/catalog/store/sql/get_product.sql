SELECT id, sku, name, description, category, brand, price_minor, currency, active, attributes, version, created_at, updated_at,
       deleted_at
FROM catalog.products
WHERE id = $1::uuid
