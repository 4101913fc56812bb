-- A row when it is new. One that another transaction is inserting is waited for.
INSERT INTO catalog.requests (kind, caller, request_id, fingerprint, target)
VALUES ($1::integer, $2::text, $3::text, $4::bytea, $5::text)
ON CONFLICT DO NOTHING
RETURNING 1
