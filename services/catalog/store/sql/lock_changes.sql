-- $1 what is changed, "customer"; $2 its id. Nobody else changes it until this transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0))
