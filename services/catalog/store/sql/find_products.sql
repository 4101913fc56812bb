-- $1 ids, $2 SKUs. OFFSET 0 keeps one look-up for each, whatever the planner believes of sizes. Both may find the same row.
SELECT p.id, p.sku, p.name, p.description, p.category, p.brand, p.price_minor, p.currency, p.active, p.attributes, p.version,
       p.created_at, p.updated_at, p.deleted_at
FROM unnest($1::uuid[]) AS k (id)
CROSS JOIN LATERAL (SELECT * FROM catalog.products c WHERE c.id = k.id OFFSET 0) AS p
UNION ALL
SELECT p.id, p.sku, p.name, p.description, p.category, p.brand, p.price_minor, p.currency, p.active, p.attributes, p.version,
       p.created_at, p.updated_at, p.deleted_at
FROM unnest($2::text[]) AS k (sku)
CROSS JOIN LATERAL (SELECT * FROM catalog.products c WHERE c.sku = k.sku OFFSET 0) AS p
