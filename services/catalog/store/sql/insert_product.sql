-- No row when the SKU is taken; whoever is inserting it is waited for.
INSERT INTO catalog.products (id, sku, name, description, category, brand, price_minor, currency, active, attributes)
VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::bigint, $8::text, $9::boolean, $10::jsonb)
ON CONFLICT DO NOTHING
RETURNING version, created_at, updated_at
