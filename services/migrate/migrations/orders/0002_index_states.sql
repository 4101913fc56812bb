-- Without a transaction.
--
-- Lists of what is in a rare state: without these, `state` walks all orders of another one. Only states other than
-- ACCEPTED (1): accepting an order, which is the hot path, writes to neither; a change of state, which is rarer, does.
-- The orders that are accepted are found by orders_by_time and orders_by_customer, which hold them all.
--
-- Built while orders are taken. One that was broken off stays behind as invalid, and is made anew.
DROP INDEX CONCURRENTLY IF EXISTS orders.orders_by_state;
CREATE INDEX CONCURRENTLY orders_by_state ON orders.orders (caller, state, created_at DESC) WHERE state <> 1;
DROP INDEX CONCURRENTLY IF EXISTS orders.orders_by_customer_state;
CREATE INDEX CONCURRENTLY orders_by_customer_state ON orders.orders (caller, customer_id, state, created_at DESC)
  WHERE state <> 1;
