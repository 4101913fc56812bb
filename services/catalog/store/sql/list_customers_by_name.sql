-- By name. $1 active, null: any; $2 email, empty: any; $3 deleted ones, too; $4 from when they changed; $5 what the name
-- begins with; ($6, $7) the name and id behind which to begin; $8 skip; $9 limit.
SELECT id, name, email, active, order_updates, version, created_at, updated_at, deleted_at
FROM catalog.customers
WHERE ($1::boolean IS NULL OR active = $1::boolean) AND ($2::text = '' OR email = $2::text)
  AND ($3::boolean OR deleted_at IS NULL) AND updated_at >= $4::timestamptz
  AND starts_with(lower(name) COLLATE "C", lower($5::text))
  AND (lower(name) COLLATE "C", id COLLATE "C") > (lower($6::text), $7::text)
ORDER BY lower(name) COLLATE "C", id COLLATE "C"
OFFSET $8::bigint LIMIT $9::bigint
