-- The time of all that is written behind this, when every row is locked.
SELECT clock_timestamp()
