-- Whether a transaction of ours, which has ended, was committed. One that the database no longer knows, since it crashed
-- before anything of it was on disk, was not.
SELECT CASE WHEN $1::xid8 < pg_snapshot_xmax(pg_current_snapshot())
            THEN coalesce(pg_xact_status($1::xid8) = 'committed', false) ELSE false END
