-- With what tells a restored database: another system, or a cursor or an event at or past the next transaction.
SELECT c.sink, c.xid, c.position, c.system_identifier, s.system_identifier, pg_snapshot_xmax(pg_current_snapshot()),
       coalesce((SELECT max(o.xid) FROM outbox o WHERE o.xid >= pg_snapshot_xmax(pg_current_snapshot())), '0'),
       current_schema()::text
FROM outbox_cursor c, pg_control_system() s
