-- Ids rise with time (UUIDv7), so the primary key finds the old ones: from $1, where the last pruning ended, to $2, the first
-- id of the time $3.
WITH old AS (
  SELECT event_id FROM analytics.seen_events
  WHERE event_id >= $1 AND event_id < $2 AND seen_at < $3
  ORDER BY event_id LIMIT $4
)
DELETE FROM analytics.seen_events AS s USING old WHERE s.event_id = old.event_id RETURNING s.event_id
