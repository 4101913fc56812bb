INSERT INTO orders.outbox (event_id, aggregate_id, type, payload, headers)
SELECT event_id, aggregate_id, type, payload, headers
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[], $5::jsonb[])
  AS n (event_id, aggregate_id, type, payload, headers)
