SELECT id, name, email, active, order_updates, version, created_at, updated_at, deleted_at
FROM catalog.customers
WHERE id = ANY ($1::text[])
ORDER BY id
FOR UPDATE
