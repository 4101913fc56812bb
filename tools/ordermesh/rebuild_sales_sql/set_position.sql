INSERT INTO analytics.offsets (topic, partition, next_offset) VALUES (%(topic)s, %(partition)s, %(end)s)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, last_event_id = NULL, lost_records = 0
