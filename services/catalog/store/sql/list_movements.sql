-- $1 product; behind ($2, $3) of its movements, and behind ($4, $5) of the lines of its orders; $6 skip; $7 limit.
-- Each source is read by its index, no further than the page may need it. Of lines that is lines_by_product: the product stands
-- in a range and in the order, since only that index has this order. A line stands where the order's id says that it was made: in
-- its first 48 bits, milliseconds. Lines count from 1.
SELECT id, line, kind, available_delta, reserved_delta, reason, order_id,
       coalesce(created_at, (SELECT o.created_at FROM orders.orders o WHERE o.id = order_id))
FROM (
  SELECT place, id, line, kind, available_delta, reserved_delta, reason, order_id, created_at
  FROM (
    (SELECT created_at AS place, id, 0 AS line, kind::integer, available_delta, reserved_delta, reason, order_id, created_at
     FROM catalog.movements
     WHERE product_id = $1::uuid AND (created_at, id) < ($2::timestamptz, $3::uuid)
     ORDER BY created_at DESC, id DESC
     LIMIT $6::bigint + $7::bigint)
    UNION ALL
    (SELECT to_timestamp(0) + ('x' || translate(left(order_id::text, 13), '-', ''))::bit(48)::bigint * interval '1 ms',
            order_id, line, 3, -quantity, quantity, '', order_id, NULL
     FROM orders.lines
     WHERE product_id >= $1::uuid AND (product_id, order_id) <= ($1::uuid, $4::uuid)
       AND NOT (order_id = $4::uuid AND line >= $5::integer)
     ORDER BY product_id DESC, order_id DESC, line DESC
     LIMIT $6::bigint + $7::bigint)
  ) AS both_sources
  ORDER BY place DESC, line = 0 DESC, id DESC, line DESC
  OFFSET $6::bigint LIMIT $7::bigint
) AS page
ORDER BY place DESC, line = 0 DESC, id DESC, line DESC
