-- By id. $1 active, null: any; $2 email, empty: any; $3 deleted ones, too; $4 the id behind which to begin; $5 skip; $6 limit.
SELECT id, name, email, active, order_updates, version, created_at, updated_at, deleted_at
FROM catalog.customers
WHERE ($1::boolean IS NULL OR active = $1::boolean) AND ($2::text = '' OR email = $2::text)
  AND ($3::boolean OR deleted_at IS NULL)
  AND id COLLATE "C" > $4::text
ORDER BY id COLLATE "C"
OFFSET $5::bigint LIMIT $6::bigint
