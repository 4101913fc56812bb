-- A sink's first start: before everything.
INSERT INTO outbox_cursor (sink, xid, position, system_identifier)
SELECT $1, '0', 0, system_identifier FROM pg_control_system()
ON CONFLICT (sink) DO NOTHING
