SELECT fingerprint, target
FROM catalog.requests
WHERE kind = $1::integer AND caller = $2::text AND request_id = $3::text
