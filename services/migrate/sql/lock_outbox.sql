-- Nobody reads or writes events meanwhile.
LOCK TABLE orders.outbox, orders.outbox_cursor, orders.outbox_pruned IN ACCESS EXCLUSIVE MODE
