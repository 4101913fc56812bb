-- $1 the order. The first statement of a transaction that moves it: waits for every other, and takes no transaction id. So
-- transaction ids of one order's moves rise with its versions, which the order of its events in the outbox rests on. The
-- row's lock alone is not enough: it takes an id behind its first wait, and waits again when yet another has moved the order.
SELECT pg_advisory_xact_lock(hashtextextended('order ' || $1::uuid::text, 0))
