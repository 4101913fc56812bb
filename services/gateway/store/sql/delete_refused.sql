-- $1: the orders of this transaction that were refused.
DELETE FROM orders.orders WHERE id = ANY ($1::uuid[])
