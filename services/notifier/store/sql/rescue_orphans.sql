-- $1 lease in ms, $2 margin in ms for transactions that have begun (created_at) and not ended. Everything created before
-- `until` was looked at by an earlier run.
WITH walked AS (
  UPDATE notifications.chores AS c
     SET until = now() - ($1::int8 + $2::int8) * interval '1 ms'
    FROM (SELECT until FROM notifications.chores WHERE name = 'orphans' FOR UPDATE) AS before
   WHERE c.name = 'orphans'
  RETURNING before.until AS from_time
), orphans AS MATERIALIZED (
  SELECT n.id
    FROM notifications.notifications AS n
   WHERE n.created_at >= (SELECT from_time FROM walked) AND n.created_at < now() - $1::int8 * interval '1 ms'
     AND n.state = 1 AND n.next_attempt_at IS NULL AND n.leased_until < now()
   FOR UPDATE SKIP LOCKED
)
UPDATE notifications.notifications AS n
   SET next_attempt_at = now(), leased_until = NULL
  FROM orphans
 WHERE n.id = orphans.id
