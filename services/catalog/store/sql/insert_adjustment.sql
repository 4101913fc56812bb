-- $1 product, whose row of stock is locked; $2 by how much; $3 why. now() is when the transaction began, before it waited.
INSERT INTO catalog.movements (product_id, created_at, kind, available_delta, reserved_delta, reason)
VALUES ($1::uuid, clock_timestamp(), 2, $2::bigint, 0, $3::text)
RETURNING id, created_at
