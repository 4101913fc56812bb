INSERT INTO catalog.customers (id, name, email)
SELECT id, name, email
FROM unnest($1::text[], $2::text[], $3::text[]) AS sample (id, name, email)
ON CONFLICT (id) DO NOTHING
