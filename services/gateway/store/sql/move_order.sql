-- $1 id; $2 the version that was locked, which stands for its state; $3 the new state; $4 why it is cancelled, or 0. The
-- guard stands on the row that is updated. now() is when the transaction began, before it waited for its lock.
UPDATE orders.orders
SET state = $3::integer, cancel_reason = $4::integer, version = version + 1, updated_at = clock_timestamp()
WHERE id = $1::uuid AND version = $2::bigint
RETURNING version, updated_at
