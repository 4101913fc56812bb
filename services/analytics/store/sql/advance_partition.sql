UPDATE analytics.offsets SET next_offset = $3, last_event_id = $4 WHERE topic = $1 AND partition = $2
