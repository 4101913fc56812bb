-- By update time. $1 active, null: any; $2 email, empty: any; $3 deleted ones, too; $4 from when they changed; ($5, $6) the
-- time and id behind which to begin; $7 skip; $8 limit.
SELECT id, name, email, active, order_updates, version, created_at, updated_at, deleted_at
FROM catalog.customers
WHERE ($1::boolean IS NULL OR active = $1::boolean) AND ($2::text = '' OR email = $2::text)
  AND ($3::boolean OR deleted_at IS NULL) AND updated_at >= $4::timestamptz
  AND (updated_at, id COLLATE "C") > ($5::timestamptz, $6::text)
ORDER BY updated_at, id COLLATE "C"
OFFSET $7::bigint LIMIT $8::bigint
