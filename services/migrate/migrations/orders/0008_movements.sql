-- The history of stock (catalog.movements), as far as orders make it. A trigger, so that it is complete whoever changes an
-- order, releases included that know nothing of it. Accepting an order, which is the hot path, fires none.
CREATE FUNCTION orders.record_movements() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  -- 2, cancelled: from reserved to available (4). 4, shipped: what was reserved has left (5).
  INSERT INTO catalog.movements (product_id, created_at, kind, available_delta, reserved_delta, order_id)
  SELECT l.product_id, NEW.updated_at, CASE NEW.state WHEN 2 THEN 4 ELSE 5 END,
         CASE NEW.state WHEN 2 THEN l.quantity ELSE 0 END, -l.quantity, NEW.id
  FROM orders.lines l
  WHERE l.order_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER orders_movements AFTER UPDATE OF state ON orders.orders
  FOR EACH ROW WHEN (NEW.state IN (2, 4) AND NEW.state <> OLD.state) EXECUTE FUNCTION orders.record_movements();
