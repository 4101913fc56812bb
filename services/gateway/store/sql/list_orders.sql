-- $1 caller; $2 state, 0 any; $3 from; ($4, $5) the position behind which to begin; $6 skip; $7 limit.
-- The inner order is the index's; only orders of the same time, which WITH TIES completes, are sorted by id.
SELECT id, caller, customer_id, state, total_minor, currency, contact_email, note, version, created_at, updated_at,
       cancel_reason
FROM (
  SELECT id, caller, customer_id, state, total_minor, currency, contact_email, note, version, created_at, updated_at,
         cancel_reason
  FROM orders.orders
  WHERE caller = $1::text AND ($2::integer = 0 OR state = $2::integer)
    AND created_at >= $3::timestamptz AND (created_at, id) < ($4::timestamptz, $5::uuid)
  ORDER BY created_at DESC
  FETCH FIRST ($6::bigint + $7::bigint) ROWS WITH TIES
) AS newest
ORDER BY created_at DESC, id DESC
OFFSET $6::bigint LIMIT $7::bigint
