-- Only expands, as every migration has to: the release that runs goes on with it, and so does the one before.
ALTER TABLE orders.orders ADD COLUMN test_only text NOT NULL DEFAULT 'expanded';
