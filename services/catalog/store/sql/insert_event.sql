INSERT INTO catalog.outbox (event_id, aggregate_id, type, payload, headers)
VALUES ($1::uuid, $2::text, $3::text, $4::bytea, $5::jsonb)
