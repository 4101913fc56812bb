-- Of any database of the server: while it is open, nothing that began after it is read.
SELECT pid, (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint
FROM pg_stat_activity
WHERE backend_xid IS NOT NULL AND xact_start IS NOT NULL
ORDER BY age(backend_xid) DESC
LIMIT 1
