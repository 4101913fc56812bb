SELECT sink, xid, position FROM orders.outbox_cursor ORDER BY xid, position
