-- After a restore: transaction ids of the old database system mean nothing here. Every event gets the transaction 1, before
-- all that comes, so that `position` alone is the order among those that are there: it keeps the order of each aggregate's
-- events, since a second change of it begins only when the first has ended.
--
-- A cursor moves to just before the first event that its sink did not get. What it got stood at or before the cursor and
-- was written before the cursor moved there last; the second condition excludes what was written here, under smaller
-- ids, since the restore. A sink may get some events again; consumers know them by their id.
UPDATE outbox_cursor cursor
SET position = coalesce(
      (SELECT min(event.position) - 1 FROM outbox event
       WHERE (event.xid, event.position) > (cursor.xid, cursor.position) OR event.created_at > cursor.updated_at),
      (SELECT max(event.position) FROM outbox event),
      0),
    xid = '1',
    system_identifier = (SELECT system_identifier FROM pg_control_system()),
    updated_at = now();

UPDATE outbox SET xid = '1';

UPDATE outbox_pruned SET xid = '0', position = 0;
