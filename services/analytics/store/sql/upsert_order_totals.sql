-- The arrays are sorted by (bucket, currency). Comes last: every transaction meets at these rows.
INSERT INTO analytics.order_totals AS t (bucket, currency, orders, units, revenue_minor,
                                         cancelled_orders, cancelled_units, cancelled_revenue_minor,
                                         paid_orders, paid_units, paid_revenue_minor,
                                         shipped_orders, shipped_units, shipped_revenue_minor)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
                     $13::bigint[], $14::bigint[])
ON CONFLICT (bucket, currency) DO UPDATE SET
  orders = t.orders + excluded.orders,
  units = t.units + excluded.units,
  revenue_minor = t.revenue_minor + excluded.revenue_minor,
  cancelled_orders = t.cancelled_orders + excluded.cancelled_orders,
  cancelled_units = t.cancelled_units + excluded.cancelled_units,
  cancelled_revenue_minor = t.cancelled_revenue_minor + excluded.cancelled_revenue_minor,
  paid_orders = t.paid_orders + excluded.paid_orders,
  paid_units = t.paid_units + excluded.paid_units,
  paid_revenue_minor = t.paid_revenue_minor + excluded.paid_revenue_minor,
  shipped_orders = t.shipped_orders + excluded.shipped_orders,
  shipped_units = t.shipped_units + excluded.shipped_units,
  shipped_revenue_minor = t.shipped_revenue_minor + excluded.shipped_revenue_minor
