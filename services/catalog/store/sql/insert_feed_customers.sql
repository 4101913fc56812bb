-- Fewer rows than were sent: somebody else took an id meanwhile.
INSERT INTO catalog.customers (id, name, email, active, order_updates, version, created_at, updated_at)
SELECT n.*, $7::timestamptz, $7::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::bigint[]) AS n
ON CONFLICT DO NOTHING
