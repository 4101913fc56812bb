SELECT next_offset FROM analytics.offsets WHERE topic = $1 AND partition = $2 FOR UPDATE
