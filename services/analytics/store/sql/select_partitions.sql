SELECT topic, partition, next_offset, last_event_id, lost_records FROM analytics.offsets ORDER BY topic, partition
