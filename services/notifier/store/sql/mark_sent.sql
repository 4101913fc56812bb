-- Changes no indexed column of a first attempt: see the table.
UPDATE notifications.notifications AS n
   SET state = 2, sent_at = now(), next_attempt_at = NULL, leased_until = NULL, blocked = false,
       recovered = n.last_error <> ''
  FROM unnest($1::uuid[], $2::int4[]) AS m (id, claim)
 WHERE n.id = m.id AND n.claim = m.claim AND n.state = 1
RETURNING n.order_id
