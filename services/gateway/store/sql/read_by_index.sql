-- For the statements that follow in this transaction: find_orders sorts nothing when it takes the right index.
SELECT set_config('enable_sort', 'off', true)
