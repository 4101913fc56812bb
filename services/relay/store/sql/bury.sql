-- Copies the event at ($2, $3), whatever the type of its aggregate's id. Whether it was there to be copied.
WITH event AS (
  SELECT event_id, aggregate_id, type, payload, headers, created_at FROM outbox WHERE xid = $2 AND position = $3
), buried AS (
  INSERT INTO outbox_dead (sink, event_id, aggregate_id, type, payload, headers, reason, created_at)
  SELECT $1, event_id, aggregate_id, type, payload, headers, $4, created_at FROM event
  ON CONFLICT (sink, event_id) DO NOTHING
)
SELECT EXISTS (SELECT FROM event)
