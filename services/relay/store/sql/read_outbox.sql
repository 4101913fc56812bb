-- Every transaction below the snapshot's xmin has ended, so nothing can appear any more before what this returns.
-- $1, $2 the position behind which to read; $3 rows at most; $4 none behind the one with which their payloads have so many
-- bytes, which are weighed without being read.
SELECT xid, position, event_id, aggregate_id::text, type, payload, headers, created_at
FROM (
  SELECT *, sum(octet_length(payload)) OVER (ORDER BY xid, position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM (
    SELECT xid, position, event_id, aggregate_id, type, payload, headers, created_at
    FROM outbox
    WHERE (xid, position) > ($1, $2) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, position
    LIMIT $3
  ) AS next
) AS weighed
WHERE before IS NULL OR before < $4::bigint
ORDER BY xid, position
