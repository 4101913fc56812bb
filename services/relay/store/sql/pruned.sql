SELECT xid, position FROM orders.outbox_pruned
