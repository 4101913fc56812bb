-- Without a transaction.
--
-- The sales of one product over a long window: the primary key begins with the hour, and would have every product's
-- looked at. Neither column changes while a row is added to, so only an hour's first sale of a product writes to these.
--
-- Built while events are counted. One that was broken off stays behind as invalid, and is made again.
DROP INDEX CONCURRENTLY IF EXISTS analytics.sales_by_product;
CREATE INDEX CONCURRENTLY sales_by_product ON analytics.sales (product_id, bucket);
DROP INDEX CONCURRENTLY IF EXISTS analytics.sales_by_sku;
CREATE INDEX CONCURRENTLY sales_by_sku ON analytics.sales (sku, bucket);
