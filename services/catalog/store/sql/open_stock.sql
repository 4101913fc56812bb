-- A row, with nothing in it, for a product that has none.
INSERT INTO catalog.stock (product_id, available)
SELECT id, 0 FROM catalog.products WHERE id = $1::uuid
ON CONFLICT (product_id) DO NOTHING
