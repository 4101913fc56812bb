-- A page, by key.
SELECT id, email, active
FROM catalog.customers
WHERE id > $1
ORDER BY id
LIMIT $2
