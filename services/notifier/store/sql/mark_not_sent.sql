-- What was no attempt is taken back once, however often it is marked: the first mark ends the lease.
UPDATE notifications.notifications AS n
   SET state = m.state, attempt = n.attempt - (NOT m.counts AND n.leased_until IS NOT NULL)::int4,
       leased_until = NULL, blocked = false, recovered = false,
       failed_at = CASE WHEN m.state = 3 THEN now() END, last_error = m.error,
       next_attempt_at = CASE WHEN m.state = 1 THEN now() + m.retry_ms * interval '1 ms' END
  FROM unnest($1::uuid[], $2::int4[], $3::int4[], $4::int8[], $5::text[], $6::bool[])
    AS m (id, claim, state, retry_ms, error, counts)
 WHERE n.id = m.id AND n.claim = m.claim AND n.state = 1
RETURNING n.order_id
