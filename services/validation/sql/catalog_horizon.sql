-- Every transaction below this has ended, and what it wrote is seen by the statements that follow.
SELECT pg_snapshot_xmin(pg_current_snapshot())
