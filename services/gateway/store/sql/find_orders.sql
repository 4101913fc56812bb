-- $1 callers, $2 request ids. The range with LIMIT 1 leaves the planner only the unique index, in whose order it is, as long
-- as sorting is off: told `=`, a plan made while the table was empty took an index on (caller, …) and read all orders of
-- the caller.
SELECT o.id, o.caller, o.customer_id, o.state, o.total_minor, o.currency, o.contact_email, o.note, o.version,
       o.created_at, o.updated_at, o.cancel_reason, o.request_id, o.fingerprint
FROM unnest($1::text[], $2::text[]) AS k (caller, request_id)
CROSS JOIN LATERAL (
  SELECT * FROM orders.orders c
  WHERE c.caller = k.caller AND c.request_id >= k.request_id
  ORDER BY c.request_id
  LIMIT 1
) AS o
WHERE o.request_id = k.request_id
