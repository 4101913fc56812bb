-- The schemas that have an outbox.
SELECT quote_ident(n.nspname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = 'outbox_cursor' AND c.relkind = 'r'
ORDER BY n.nspname
