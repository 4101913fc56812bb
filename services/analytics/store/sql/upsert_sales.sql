-- The arrays are sorted by (bucket, product_id, currency), so that transactions lock rows in the same order.
INSERT INTO analytics.sales AS s (bucket, product_id, currency, sku, orders, units, revenue_minor,
                                  cancelled_orders, cancelled_units, cancelled_revenue_minor,
                                  paid_orders, paid_units, paid_revenue_minor,
                                  shipped_orders, shipped_units, shipped_revenue_minor)
SELECT * FROM unnest($1::timestamptz[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
                     $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
                     $14::bigint[], $15::bigint[], $16::bigint[])
ON CONFLICT (bucket, product_id, currency) DO UPDATE SET
  sku = excluded.sku,
  orders = s.orders + excluded.orders,
  units = s.units + excluded.units,
  revenue_minor = s.revenue_minor + excluded.revenue_minor,
  cancelled_orders = s.cancelled_orders + excluded.cancelled_orders,
  cancelled_units = s.cancelled_units + excluded.cancelled_units,
  cancelled_revenue_minor = s.cancelled_revenue_minor + excluded.cancelled_revenue_minor,
  paid_orders = s.paid_orders + excluded.paid_orders,
  paid_units = s.paid_units + excluded.paid_units,
  paid_revenue_minor = s.paid_revenue_minor + excluded.paid_revenue_minor,
  shipped_orders = s.shipped_orders + excluded.shipped_orders,
  shipped_units = s.shipped_units + excluded.shipped_units,
  shipped_revenue_minor = s.shipped_revenue_minor + excluded.shipped_revenue_minor
