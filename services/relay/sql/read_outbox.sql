-- Every transaction below the snapshot's xmin has ended, so nothing can appear any more before what this returns.
SELECT xid, position, event_id, aggregate_id, type, payload, headers, created_at
FROM orders.outbox
WHERE (xid, position) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, position
LIMIT $3
