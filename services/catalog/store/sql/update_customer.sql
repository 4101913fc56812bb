-- $1 id; $2 the version that was locked; $7 whether this deletes it. The guard stands on the row that is updated.
UPDATE catalog.customers
SET name = $3::text, email = $4::text, active = $5::boolean, order_updates = $6::boolean, version = version + 1,
    deleted_at = CASE WHEN $7::boolean THEN clock_timestamp() END
WHERE id = $1::text AND version = $2::bigint AND deleted_at IS NULL
RETURNING id, name, email, active, order_updates, version, created_at, updated_at, deleted_at, changed
