INSERT INTO notifications.dead_letters (id, message_id, routing_key, content_type, reason, headers, body)
SELECT id, message_id, routing_key, content_type, reason, headers, body
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::bytea[])
    AS n (id, message_id, routing_key, content_type, reason, headers, body)
ON CONFLICT (message_id, sha256(body)) WHERE redriven_at IS NULL DO NOTHING
