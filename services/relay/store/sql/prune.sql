-- From the remembered bound ($1, $2), never from the table's minimum: that would pass over all that was deleted before. Stops
-- at the slowest cursor ($3, $4) and at the first event that is younger than $5 milliseconds.
WITH next AS MATERIALIZED (
  SELECT xid, position, created_at FROM outbox
  WHERE (xid, position) > ($1, $2) AND (xid, position) <= ($3, $4)
  ORDER BY xid, position
  LIMIT $6
), young AS (
  SELECT xid, position FROM next
  WHERE created_at > now() - $5 * interval '1 millisecond'
  ORDER BY xid, position
  LIMIT 1
), old AS (
  SELECT xid, position FROM next
  WHERE NOT EXISTS (SELECT FROM young WHERE (next.xid, next.position) >= (young.xid, young.position))
), gone AS (
  DELETE FROM outbox o USING old WHERE o.xid = old.xid AND o.position = old.position
  RETURNING 1
)
UPDATE outbox_pruned
SET (xid, position) = (SELECT xid, position FROM old ORDER BY xid DESC, position DESC LIMIT 1)
WHERE EXISTS (SELECT FROM old) AND xid = $1 AND position = $2
RETURNING (SELECT count(*) FROM gone)
