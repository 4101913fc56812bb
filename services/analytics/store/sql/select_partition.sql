SELECT next_offset, last_event_id, lost_records FROM analytics.offsets WHERE topic = $1 AND partition = $2
