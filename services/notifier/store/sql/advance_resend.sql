-- The next slice, $1 rows, of the oldest resend that is not done: first all are counted, then, from the start again, made
-- due. Only one of the two halves of `slice` runs: what failed has an index, for what was sent too all are walked past.
--
-- What its recipient did not want is left alone unless the filter names its error.
--
-- The guard stands on the row that is updated, as in resend_notification.sql.
WITH job AS MATERIALIZED (
  SELECT id, error_contains, failed_from, least(failed_before, created_at) AS failed_before, even_if_sent, created_at,
         counted, after_time, after_id
    FROM notifications.resends
   WHERE done_at IS NULL
   ORDER BY created_at
   LIMIT 1
   FOR UPDATE SKIP LOCKED
), slice AS MATERIALIZED (
  (SELECT n.id, n.created_at, n.state, n.last_error, coalesce(n.failed_at, n.resent_at, n.created_at) AS ended_at
     FROM notifications.notifications AS n
    WHERE NOT (SELECT even_if_sent FROM job)
      AND n.last_error <> '' AND n.next_attempt_at IS NULL AND NOT n.recovered
      AND (n.created_at, n.id) > ((SELECT after_time FROM job), (SELECT after_id FROM job))
      AND n.created_at < (SELECT created_at FROM job)
    ORDER BY n.created_at, n.id
    LIMIT $1)
  UNION ALL
  (SELECT n.id, n.created_at, n.state, n.last_error,
          CASE WHEN n.state = 2 THEN n.sent_at ELSE coalesce(n.failed_at, n.resent_at, n.created_at) END
     FROM notifications.notifications AS n
    WHERE (SELECT even_if_sent FROM job)
      AND (n.created_at, n.id) > ((SELECT after_time FROM job), (SELECT after_id FROM job))
      AND n.created_at < (SELECT created_at FROM job)
    ORDER BY n.created_at, n.id
    LIMIT $1)
), matching AS MATERIALIZED (
  SELECT slice.id
    FROM slice, job
   WHERE (slice.state = 3 OR (slice.state = 2 AND job.even_if_sent))
     AND strpos(slice.last_error, job.error_contains) > 0
     AND NOT (slice.state = 3 AND slice.last_error = 'unwanted' AND job.error_contains = '')
     AND slice.ended_at >= job.failed_from AND slice.ended_at < job.failed_before
), resent AS (
  UPDATE notifications.notifications AS n
     SET state = 1, attempt = 0, next_attempt_at = now(), leased_until = NULL, blocked = false, recovered = false,
         failed_at = NULL, resent_at = now()
    FROM matching, job
   WHERE job.counted AND n.id = matching.id AND (n.state = 3 OR (n.state = 2 AND job.even_if_sent))
  RETURNING n.id
)
UPDATE notifications.resends AS r
   SET matched = r.matched + CASE WHEN r.counted THEN 0 ELSE (SELECT count(*) FROM matching) END,
       scheduled = r.scheduled + (SELECT count(*) FROM resent),
       after_time = CASE WHEN walked.more THEN walked.last_time ELSE '-infinity' END,
       after_id = CASE WHEN walked.more THEN walked.last_id ELSE '00000000-0000-0000-0000-000000000000' END,
       counted = r.counted OR NOT walked.more,
       done_at = CASE WHEN r.counted AND NOT walked.more THEN now() END
  FROM job,
       (SELECT (SELECT count(*) FROM slice) = $1 AS more, last.created_at AS last_time, last.id AS last_id
          FROM (SELECT 1) AS one
          LEFT JOIN LATERAL (SELECT created_at, id FROM slice ORDER BY created_at DESC, id DESC LIMIT 1) AS last ON true)
         AS walked
 WHERE r.id = job.id
RETURNING r.id
