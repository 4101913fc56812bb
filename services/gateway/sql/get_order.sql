SELECT id, caller, customer_id, state, total_minor, currency, contact_email, note, version, created_at, updated_at
FROM orders.orders
WHERE id = $1::uuid AND caller = $2::text
