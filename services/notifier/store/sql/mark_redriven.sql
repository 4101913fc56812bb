UPDATE notifications.dead_letters SET redriven_at = now() WHERE id = ANY ($1::uuid[])
