-- Whole orders. $3: 0 the whole window, 1 by hour, 2 by day.
SELECT CASE $3::integer WHEN 1 THEN bucket WHEN 2 THEN date_trunc('day', bucket, 'UTC') END AS start_time,
       currency,
       sum(orders)::bigint, sum(units)::bigint, sum(revenue_minor)::bigint,
       sum(cancelled_orders)::bigint, sum(cancelled_units)::bigint, sum(cancelled_revenue_minor)::bigint,
       sum(paid_orders)::bigint, sum(paid_units)::bigint, sum(paid_revenue_minor)::bigint,
       sum(shipped_orders)::bigint, sum(shipped_units)::bigint, sum(shipped_revenue_minor)::bigint
FROM analytics.order_totals
WHERE bucket >= $1 AND bucket < $2
GROUP BY 1, currency
ORDER BY 1, currency
LIMIT $4::integer
