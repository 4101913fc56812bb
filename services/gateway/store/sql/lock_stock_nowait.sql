-- As lock_stock, but 55P03 at once when someone holds one of them.
SELECT product_id, available
FROM catalog.stock
WHERE product_id = ANY ($1::uuid[])
ORDER BY product_id
FOR UPDATE NOWAIT
