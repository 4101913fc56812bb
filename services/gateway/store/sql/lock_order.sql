-- Behind lock_moves: against whoever changes orders without it. By id alone, as get_order.
SELECT id, caller, customer_id, state, total_minor, currency, contact_email, note, version, created_at, updated_at,
       cancel_reason
FROM orders.orders
WHERE id = $1::uuid
FOR UPDATE
