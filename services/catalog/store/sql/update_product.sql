-- $1 id; $2 the version that was locked; $3 to $9 the content; $10 attributes, NULL: as they are; $11 whether it is deleted.
UPDATE catalog.products
SET name = $3::text, description = $4::text, category = $5::text, brand = $6::text, price_minor = $7::bigint,
    currency = $8::text, active = $9::boolean, attributes = coalesce($10::jsonb, attributes),
    deleted_at = CASE WHEN $11::boolean THEN coalesce(deleted_at, clock_timestamp()) END, version = version + 1
WHERE id = $1::uuid AND version = $2::bigint
RETURNING version, updated_at, deleted_at, pg_current_xact_id()
