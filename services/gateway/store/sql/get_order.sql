-- Whose order it is, is for the caller of this to check: a condition on `caller` would let the planner look it up by
-- another index, under which there are all orders of the caller.
SELECT id, caller, customer_id, state, total_minor, currency, contact_email, note, version, created_at, updated_at,
       cancel_reason
FROM orders.orders
WHERE id = $1::uuid
