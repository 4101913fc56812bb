-- The first statement of its transaction, which so takes its transaction id after waiting and not before: transaction ids
-- of one order's changes rise, which the order of its events in the outbox rests on. By id alone, as get_order.
SELECT id, caller, customer_id, state, total_minor, currency, contact_email, note, version, created_at, updated_at,
       cancel_reason
FROM orders.orders
WHERE id = $1::uuid
FOR UPDATE
