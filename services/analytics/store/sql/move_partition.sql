UPDATE analytics.offsets
SET next_offset = $4, last_event_id = NULL, lost_records = lost_records + $5
WHERE topic = $1 AND partition = $2 AND next_offset = $3
