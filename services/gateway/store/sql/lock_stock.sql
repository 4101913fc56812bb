-- $1: the products. In the order of product_id, as everyone locks them: an UPDATE … FROM locks in the order of the heap.
SELECT product_id, available
FROM catalog.stock
WHERE product_id = ANY ($1::uuid[])
ORDER BY product_id
FOR UPDATE
