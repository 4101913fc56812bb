SELECT id, error_contains, failed_from, failed_before, even_if_sent, counted, matched, scheduled, created_at, done_at
  FROM notifications.resends
 WHERE request_id = $1
