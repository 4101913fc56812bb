-- All of them locked.
UPDATE catalog.customers c
SET name = n.name, email = n.email, active = n.active, order_updates = n.order_updates, version = n.version,
    updated_at = $7::timestamptz
FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::boolean[], $6::bigint[])
  AS n (id, name, email, active, order_updates, version)
WHERE c.id = n.id
