-- Only from where it stood, and only in the session ($6) that holds the lock.
UPDATE outbox_cursor
SET xid = $4, position = $5, updated_at = now()
WHERE sink = $1 AND xid = $2 AND position = $3 AND pg_backend_pid() = $6
