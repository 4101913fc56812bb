SELECT d.id, d.message_id, d.routing_key, d.reason, d.created_at, d.redriven_at, octet_length(d.body)
  FROM notifications.dead_letters AS d
 WHERE (d.created_at, d.id) < ($1::timestamptz, $2::uuid)
 ORDER BY d.created_at DESC, d.id DESC
 LIMIT $3
