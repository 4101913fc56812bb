-- By product. $3: 0 the whole window, 1 by hour, 2 by day.
SELECT CASE $3::integer WHEN 1 THEN bucket WHEN 2 THEN date_trunc('day', bucket, 'UTC') END AS start_time,
       CASE WHEN $4::boolean THEN product_id END AS product,
       CASE WHEN $4::boolean THEN max(sku) END,
       currency,
       sum(orders)::bigint, sum(units)::bigint, sum(revenue_minor)::bigint,
       sum(cancelled_orders)::bigint, sum(cancelled_units)::bigint, sum(cancelled_revenue_minor)::bigint,
       sum(paid_orders)::bigint, sum(paid_units)::bigint, sum(paid_revenue_minor)::bigint,
       sum(shipped_orders)::bigint, sum(shipped_units)::bigint, sum(shipped_revenue_minor)::bigint
FROM analytics.sales
WHERE bucket >= $1 AND bucket < $2
  AND ($5::uuid IS NULL OR product_id = $5)
  AND ($6::text IS NULL OR sku = $6)
GROUP BY 1, 2, currency
ORDER BY 1, 2, currency
LIMIT $7::integer
