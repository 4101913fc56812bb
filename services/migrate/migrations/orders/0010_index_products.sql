-- Without a transaction.
--
-- The orders of a product, for the history of its stock: each line is a reservation. Ids rise with time (UUIDv7), so new
-- entries are added at the end of their product's.
--
-- Built while orders are taken. One that was broken off stays behind as invalid, and is made again.
DROP INDEX CONCURRENTLY IF EXISTS orders.lines_by_product;
CREATE INDEX CONCURRENTLY lines_by_product ON orders.lines (product_id, order_id);
