-- $1 product, whose row is locked; $2 by how much.
UPDATE catalog.stock
SET available = available + $2::bigint, version = version + 1
WHERE product_id = $1::uuid
RETURNING available, version
