-- For set_passwords.sql, for this transaction.
SELECT set_config('ordermesh.role_password', $1, true)
