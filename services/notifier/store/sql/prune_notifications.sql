-- Deletes the next slice of what is older than $1 ms, about $2 rows. Walks from where the last call stopped, never from the
-- minimum: that would read every entry deleted and not yet vacuumed. What is still pending at that age is left alone.
WITH chore AS MATERIALIZED (
  SELECT until FROM notifications.chores WHERE name = 'retention' FOR UPDATE
), slice AS MATERIALIZED (
  SELECT n.id, n.created_at, n.state
    FROM notifications.notifications AS n
   WHERE n.created_at >= (SELECT until FROM chore) AND n.created_at < now() - $1::int8 * interval '1 ms'
   ORDER BY n.created_at, n.id
   LIMIT $2
), moved AS (
  UPDATE notifications.chores SET until = (SELECT max(created_at) FROM slice)
   WHERE name = 'retention' AND EXISTS (SELECT 1 FROM slice)
)
DELETE FROM notifications.notifications AS n
 USING slice
 WHERE n.id = slice.id AND slice.state <> 1 AND n.state <> 1
