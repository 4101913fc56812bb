-- Nobody reads or writes events meanwhile.
LOCK TABLE outbox, outbox_cursor, outbox_pruned IN ACCESS EXCLUSIVE MODE
