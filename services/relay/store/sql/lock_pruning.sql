SELECT pg_try_advisory_lock(hashtextextended('ordermesh.relay/prune', 0))
