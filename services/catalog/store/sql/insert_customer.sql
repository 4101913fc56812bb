-- A row when the id was free. One that another transaction is inserting is waited for.
INSERT INTO catalog.customers (id, name, email, active, order_updates)
VALUES ($1::text, $2::text, $3::text, $4::boolean, $5::boolean)
ON CONFLICT DO NOTHING
RETURNING id, name, email, active, order_updates, version, created_at, updated_at, deleted_at
