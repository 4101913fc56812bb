-- $1 ids … $9 notes: one element for each order, sorted by (caller, request_id), or two batches with the same request ids
-- would deadlock. The conflict waits for a transaction that inserts the same key until it ends. Returns the winners.
INSERT INTO orders.orders
  (id, caller, request_id, fingerprint, customer_id, state, total_minor, currency, contact_email, note)
SELECT id, caller, request_id, fingerprint, customer_id, 1, total_minor, currency, contact_email, note
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[])
  AS n (id, caller, request_id, fingerprint, customer_id, total_minor, currency, contact_email, note)
ON CONFLICT DO NOTHING
RETURNING id, created_at
