INSERT INTO notifications.resends (id, request_id, error_contains, failed_from, failed_before, even_if_sent)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (request_id) DO NOTHING
