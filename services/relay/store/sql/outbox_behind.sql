-- What a sink has not got: counted up to 10,000, beyond that reckoned by positions, whose few gaps do no harm there.
SELECT CASE WHEN counted.n <= 10000 THEN counted.n
            ELSE greatest(counted.n, (SELECT position FROM outbox ORDER BY xid DESC, position DESC LIMIT 1) - $2)
       END,
       coalesce((extract(epoch FROM clock_timestamp() - counted.oldest) * 1000)::bigint, 0)
FROM (SELECT count(*) AS n, min(created_at) AS oldest
      FROM (SELECT created_at FROM outbox
            WHERE (xid, position) > ($1, $2) ORDER BY xid, position LIMIT 10001) AS behind) AS counted
