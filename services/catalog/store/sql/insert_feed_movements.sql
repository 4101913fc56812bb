INSERT INTO catalog.movements (id, product_id, kind, available_delta, reserved_delta, reason, created_at)
SELECT id, product_id, 2, delta, 0, reason, $5::timestamptz
FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[]) AS n (id, product_id, delta, reason)
