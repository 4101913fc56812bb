SELECT pg_try_advisory_lock(hashtextextended('ordermesh.relay/' || $1, 0))
