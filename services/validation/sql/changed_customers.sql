SELECT id, email, active
FROM catalog.customers
WHERE changed >= $1
LIMIT $2
