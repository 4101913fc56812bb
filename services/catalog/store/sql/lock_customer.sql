-- Behind the change lock: against whoever changes customers without it.
SELECT id, name, email, active, order_updates, version, created_at, updated_at, deleted_at
FROM catalog.customers
WHERE id = $1::text
FOR UPDATE
