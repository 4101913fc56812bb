INSERT INTO catalog.stock (product_id, available) VALUES ($1::uuid, 0) ON CONFLICT DO NOTHING
