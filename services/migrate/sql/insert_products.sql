INSERT INTO catalog.products (id, sku, name, description, category, brand, price_minor, currency, active)
SELECT id, sku, name, description, category, brand, price_minor, 'EUR', active
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::boolean[])
  AS sample (id, sku, name, description, category, brand, price_minor, active)
ON CONFLICT DO NOTHING
