SELECT sink, xid, position FROM outbox_cursor ORDER BY xid, position
