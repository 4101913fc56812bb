-- The arrays are sorted by (bucket, currency). Comes last: every transaction meets at these rows.
INSERT INTO analytics.order_totals AS t (bucket, currency, orders, units, revenue_minor,
                                         cancelled_orders, cancelled_units, cancelled_revenue_minor)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::bigint[], $8::bigint[])
ON CONFLICT (bucket, currency) DO UPDATE SET
  orders = t.orders + excluded.orders,
  units = t.units + excluded.units,
  revenue_minor = t.revenue_minor + excluded.revenue_minor,
  cancelled_orders = t.cancelled_orders + excluded.cancelled_orders,
  cancelled_units = t.cancelled_units + excluded.cancelled_units,
  cancelled_revenue_minor = t.cancelled_revenue_minor + excluded.cancelled_revenue_minor
