-- A row for each open transaction, or one without.
SELECT pg_snapshot_xmax(snapshot), open
FROM pg_current_snapshot() AS snapshot
LEFT JOIN LATERAL pg_snapshot_xip(snapshot) AS open ON true
