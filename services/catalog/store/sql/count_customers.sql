-- $1 active, null: any; $2 email, empty: any; $3 deleted ones, too; $4 from when they changed, null: ever; $5 what the name
-- begins with, empty: anything; $6 at most.
SELECT count(*) FROM (
  SELECT 1 FROM catalog.customers
  WHERE ($1::boolean IS NULL OR active = $1::boolean) AND ($2::text = '' OR email = $2::text)
    AND ($3::boolean OR deleted_at IS NULL) AND ($4::timestamptz IS NULL OR updated_at >= $4::timestamptz)
    AND ($5::text = '' OR starts_with(lower(name) COLLATE "C", lower($5::text)))
  LIMIT $6::bigint
) AS matching
