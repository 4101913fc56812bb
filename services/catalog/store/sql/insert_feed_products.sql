-- Fewer rows than were sent: somebody else took a SKU meanwhile.
INSERT INTO catalog.products (id, sku, name, description, category, brand, price_minor, currency, active, attributes, version,
                              created_at, updated_at)
SELECT n.*, $12::timestamptz, $12::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::boolean[],
            $10::jsonb[], $11::bigint[]) AS n
ON CONFLICT DO NOTHING
