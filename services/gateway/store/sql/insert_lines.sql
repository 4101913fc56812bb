INSERT INTO orders.lines (order_id, line, product_id, sku, name, quantity, unit_price_minor)
SELECT order_id, line, product_id, sku, name, quantity, unit_price_minor
FROM unnest($1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::text[], $6::integer[], $7::bigint[])
  AS n (order_id, line, product_id, sku, name, quantity, unit_price_minor)
