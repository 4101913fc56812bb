-- Positions rise in the order of the arrays.
INSERT INTO catalog.outbox (event_id, aggregate_id, type, payload, headers)
SELECT event_id, aggregate_id, type, payload, headers
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::jsonb[]) WITH ORDINALITY
  AS n (event_id, aggregate_id, type, payload, headers, place)
ORDER BY place
