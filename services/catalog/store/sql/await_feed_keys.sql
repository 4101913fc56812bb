-- $1 SKUs; $2 customers. The first statement of its transaction: waits for whoever changes these, always in the same order, and takes no
-- transaction id meanwhile (lock_changes.sql says what for).
SELECT count(pg_advisory_xact_lock(key))
FROM (
  SELECT DISTINCT key
  FROM (
    SELECT hashtextextended(what || ' ' || id::text, 0) AS key
    FROM catalog.products CROSS JOIN (VALUES ('product'), ('stock')) AS of (what)
    WHERE sku = ANY ($1::text[])
    UNION ALL
    SELECT hashtextextended('customer ' || id, 0) FROM unnest($2::text[]) AS told (id)
  ) AS keys
  ORDER BY key
) AS in_order
