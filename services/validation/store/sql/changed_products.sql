-- Of transactions that began since ($1 to $2), or were open then and have ended ($3).
SELECT id, sku, name, price_minor, currency, active AND deleted_at IS NULL
FROM catalog.products
WHERE (changed >= $1 AND changed < $2) OR changed = ANY ($3::xid8[])
