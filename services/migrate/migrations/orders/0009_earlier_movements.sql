-- The history of stock before the trigger of 0008. One statement sees one snapshot, in which stock, orders and the trigger's
-- rows agree, so it holds nobody up: what is committed later is counted where it is made.
WITH earlier AS (
  SELECT l.product_id, l.quantity, o.id AS order_id, o.state, o.created_at, o.updated_at,
         EXISTS (SELECT FROM catalog.movements m WHERE m.order_id = o.id) AS recorded
  FROM orders.orders o JOIN orders.lines l ON l.order_id = o.id
), releases AS (
  INSERT INTO catalog.movements (product_id, created_at, kind, available_delta, reserved_delta, order_id)
  SELECT product_id, updated_at, 4, quantity, -quantity, order_id
  FROM earlier
  WHERE state = 2 AND NOT recorded
), sums AS (
  SELECT product_id, min(created_at) AS began, coalesce(sum(quantity) FILTER (WHERE state IN (1, 3)), 0) AS held
  FROM earlier
  GROUP BY product_id
)
INSERT INTO catalog.movements (product_id, created_at, kind, available_delta, reserved_delta)
SELECT s.product_id, coalesce(h.began - interval '1 microsecond', now()), 1,
       s.available + coalesce(h.held, 0), s.reserved - coalesce(h.held, 0)
FROM catalog.stock s LEFT JOIN sums h ON h.product_id = s.product_id
WHERE NOT EXISTS (SELECT FROM catalog.movements m WHERE m.product_id = s.product_id AND m.kind = 1)
  AND (s.available <> 0 OR s.reserved <> 0 OR h.held <> 0);
