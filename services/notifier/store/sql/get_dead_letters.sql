SELECT d.id, d.message_id, d.routing_key, d.reason, d.created_at, d.redriven_at, octet_length(d.body), d.content_type,
       d.headers, d.body
  FROM notifications.dead_letters AS d
 WHERE d.id = ANY ($1::uuid[])
