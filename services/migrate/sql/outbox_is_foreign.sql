-- Whether a cursor was made in another database system, or a cursor or an event is ahead of this one's transactions.
SELECT EXISTS (SELECT FROM outbox_cursor, pg_control_system() here
               WHERE outbox_cursor.system_identifier <> here.system_identifier
                  OR outbox_cursor.xid >= pg_snapshot_xmax(pg_current_snapshot()))
    OR EXISTS (SELECT FROM outbox WHERE xid >= pg_snapshot_xmax(pg_current_snapshot()))
