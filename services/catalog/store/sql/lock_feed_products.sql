-- In the order of ids, as everyone locks several rows.
SELECT id, sku, name, description, category, brand, price_minor, currency, active, attributes, version, created_at, updated_at,
       deleted_at
FROM catalog.products
WHERE sku = ANY ($1::text[])
ORDER BY id
FOR UPDATE
