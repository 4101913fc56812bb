-- $1 caller; $2 state, 0 any; $3 from; $4 before; $5 at most; $6 customer.
SELECT count(*) FROM (
  SELECT 1 FROM orders.orders
  WHERE caller = $1::text AND customer_id = $6::text AND ($2::integer = 0 OR state = $2::integer)
    AND created_at >= $3::timestamptz AND created_at < $4::timestamptz
  LIMIT $5::bigint
) AS matching
