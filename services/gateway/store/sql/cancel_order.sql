-- $1 id; $2 the version that was locked. The guard stands on the row that is updated. now() is when the transaction began,
-- before it waited for its lock.
UPDATE orders.orders
SET state = 2, version = version + 1, updated_at = clock_timestamp()
WHERE id = $1::uuid AND version = $2::bigint AND state IN (1, 3)
RETURNING version, updated_at
