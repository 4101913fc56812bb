-- The fingerprint is made of the name and the address.
UPDATE catalog.requests
SET fingerprint = ''
WHERE kind = 2 AND target = $1::text
