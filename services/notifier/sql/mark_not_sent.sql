UPDATE notifications.notifications AS n
   SET state = m.state, leased_until = NULL, last_error = m.error,
       next_attempt_at = CASE WHEN m.state = 1 THEN now() + m.retry_ms * interval '1 ms' END
  FROM unnest($1::uuid[], $2::int4[], $3::int4[], $4::int8[], $5::text[]) AS m (id, claim, state, retry_ms, error)
 WHERE n.id = m.id AND n.claim = m.claim AND n.state = 1
