-- A page in one order. {keys} and {last} are what it is sorted by and the same of the row behind which it begins, {behind} is >
-- or <, {order} the keys with their direction: product_queries.cc puts them in, for each order that the contract has.
-- $1 category, '' any; $2 brand, '' any; $3 active, NULL any; $4 currency, '' any; $5 price from and $6 before, NULL open; $7 what
-- name or SKU begins with, '' anything; $8 changed from, NULL open; $9 deleted ones, too; $10 skip; $11 limit; $12 whether there
-- is a row behind which to begin, of which $13, $14, $15 have text, number and time, and $16 the id.
-- Planned for the values of the moment: what is not asked for is no condition then. lower(…) COLLATE "C" as the indexes have it.
SELECT id, sku, name, description, category, brand, price_minor, currency, active, attributes, version, created_at, updated_at,
       deleted_at, lower(name), lower(sku)
FROM catalog.products
WHERE ($1::text = '' OR category = $1::text) AND ($2::text = '' OR brand = $2::text)
  AND ($3::boolean IS NULL OR active = $3::boolean)
  AND ($4::text = '' OR currency = $4::text)
  AND ($5::bigint IS NULL OR price_minor >= $5::bigint) AND ($6::bigint IS NULL OR price_minor < $6::bigint)
  AND ($7::text = '' OR lower(name) COLLATE "C" ^@ lower($7::text) OR lower(sku) COLLATE "C" ^@ lower($7::text))
  AND ($8::timestamptz IS NULL OR updated_at >= $8::timestamptz)
  AND ($9::boolean OR deleted_at IS NULL)
  AND (NOT $12::boolean OR ({keys}, id) {behind} ({last}, $16::uuid))
ORDER BY {order}
OFFSET $10::bigint LIMIT $11::bigint
