INSERT INTO orders.outbox_dead (sink, event_id, aggregate_id, type, payload, headers, reason, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (sink, event_id) DO NOTHING
