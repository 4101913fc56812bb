-- lock_changes for the product that has this SKU, which never changes.
SELECT pg_advisory_xact_lock(hashtextextended('product ' || id::text, 0)) FROM catalog.products WHERE sku = $1::text
