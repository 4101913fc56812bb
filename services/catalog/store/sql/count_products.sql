-- $1 to $9 as list_products; $10 at most. Every id is beyond the nil one: so there is an index to read by, whatever is asked.
SELECT count(*) FROM (
  SELECT 1 FROM catalog.products
  WHERE ($1::text = '' OR category = $1::text) AND ($2::text = '' OR brand = $2::text)
    AND ($3::boolean IS NULL OR active = $3::boolean)
    AND ($4::text = '' OR currency = $4::text)
    AND ($5::bigint IS NULL OR price_minor >= $5::bigint) AND ($6::bigint IS NULL OR price_minor < $6::bigint)
    AND ($7::text = '' OR lower(name) COLLATE "C" ^@ lower($7::text) OR lower(sku) COLLATE "C" ^@ lower($7::text))
    AND ($8::timestamptz IS NULL OR updated_at >= $8::timestamptz)
    AND ($9::boolean OR deleted_at IS NULL)
    AND id > '00000000-0000-0000-0000-000000000000'
  LIMIT $10::bigint
) AS matching
