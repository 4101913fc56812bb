INSERT INTO analytics.seen_events (event_id) SELECT unnest($1::uuid[]) ON CONFLICT (event_id) DO NOTHING RETURNING event_id
