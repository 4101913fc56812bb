UPDATE notifications.notifications AS n
   SET attempt = n.attempt - 1, next_attempt_at = now(), leased_until = NULL
  FROM unnest($1::uuid[], $2::int4[]) AS m (id, claim)
 WHERE n.id = m.id AND n.claim = m.claim AND n.state = 1
