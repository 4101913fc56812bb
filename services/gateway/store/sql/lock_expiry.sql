-- Never waits: a session blocked in pg_advisory_lock would pin the vacuum horizon.
SELECT pg_try_advisory_lock(hashtextextended('ordermesh.gateway.expiry', 0)), pg_backend_pid()
