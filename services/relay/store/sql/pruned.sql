SELECT xid, position FROM outbox_pruned
