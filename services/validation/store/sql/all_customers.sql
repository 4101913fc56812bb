-- A page, by key.
SELECT id, email, active AND deleted_at IS NULL
FROM catalog.customers
WHERE id > $1
ORDER BY id
LIMIT $2
