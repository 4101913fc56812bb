-- All of them locked.
UPDATE catalog.products p
SET name = n.name, description = n.description, category = n.category, brand = n.brand, price_minor = n.price_minor,
    currency = n.currency, active = n.active, attributes = n.attributes, version = n.version,
    updated_at = $12::timestamptz
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[], $9::boolean[],
            $10::jsonb[], $11::bigint[])
  AS n (id, sku, name, description, category, brand, price_minor, currency, active, attributes, version)
WHERE p.id = n.id
