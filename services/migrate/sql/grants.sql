-- What each service may do, and nothing more. Run each time, and exact: a right that is not here is taken away.
REVOKE ALL ON ALL TABLES IN SCHEMA ordermesh, catalog, orders, notifications, analytics
  FROM PUBLIC, ordermesh_gateway, ordermesh_validation, ordermesh_relay, ordermesh_notifier, ordermesh_analytics,
       ordermesh_catalog;
REVOKE ALL ON SCHEMA ordermesh, catalog, orders, notifications, analytics
  FROM PUBLIC, ordermesh_gateway, ordermesh_validation, ordermesh_relay, ordermesh_notifier, ordermesh_analytics,
       ordermesh_catalog;

-- Nobody makes tables, temporary ones included.
DO $$
BEGIN
  EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO ordermesh_gateway, ordermesh_validation, ordermesh_relay, '
                 'ordermesh_notifier, ordermesh_analytics, ordermesh_catalog', current_database());
  -- From PostgreSQL 15 on this is so from the start, and only the owner of `public` may say it.
  IF has_schema_privilege('ordermesh_gateway', 'public', 'CREATE') THEN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
  END IF;
END $$;

-- Everyone asks which migrations are applied before it is ready.
GRANT USAGE ON SCHEMA ordermesh
  TO ordermesh_gateway, ordermesh_validation, ordermesh_relay, ordermesh_notifier, ordermesh_analytics, ordermesh_catalog;
GRANT SELECT ON ordermesh.migrations
  TO ordermesh_gateway, ordermesh_validation, ordermesh_relay, ordermesh_notifier, ordermesh_analytics, ordermesh_catalog;

-- gateway: takes orders and moves them on, with their stock. It deletes the orders that it refuses, in the transaction that inserted them.
GRANT USAGE ON SCHEMA orders, catalog TO ordermesh_gateway;
GRANT SELECT, INSERT, DELETE, UPDATE (state, cancel_reason, version, updated_at) ON orders.orders TO ordermesh_gateway;
GRANT SELECT, INSERT ON orders.lines, orders.outbox TO ordermesh_gateway;
GRANT SELECT ON orders.outbox_cursor TO ordermesh_gateway;
GRANT SELECT, UPDATE (position) ON orders.expiry TO ordermesh_gateway;
GRANT SELECT, UPDATE (available, reserved) ON catalog.stock TO ordermesh_gateway;

-- validation: reads the catalogue.
GRANT USAGE ON SCHEMA catalog TO ordermesh_validation;
GRANT SELECT ON catalog.products, catalog.customers TO ordermesh_validation;

-- relay: reads each outbox, moves its cursors, prunes what every sink has.
GRANT USAGE ON SCHEMA orders, catalog TO ordermesh_relay;
GRANT SELECT, DELETE ON orders.outbox, catalog.outbox TO ordermesh_relay;
GRANT SELECT, INSERT, UPDATE ON orders.outbox_cursor, catalog.outbox_cursor TO ordermesh_relay;
GRANT SELECT, UPDATE ON orders.outbox_pruned, catalog.outbox_pruned TO ordermesh_relay;
GRANT SELECT, INSERT ON orders.outbox_dead, catalog.outbox_dead TO ordermesh_relay;
-- The age of the oldest transaction, of any role, is one of its metrics. Without the right it sees its own role's alone: from
-- PostgreSQL 16 on only who holds pg_read_all_stats with ADMIN, or a superuser, can grant it.
DO $$
BEGIN
  IF NOT pg_has_role('ordermesh_relay', 'pg_read_all_stats', 'MEMBER') THEN
    GRANT pg_read_all_stats TO ordermesh_relay;
  END IF;
EXCEPTION WHEN insufficient_privilege THEN
  RAISE NOTICE 'ordermesh_relay can''t see the transactions of other roles; grant it pg_read_all_stats';
END $$;

-- notifier: keeps its ledger, and reads by order id whom to write to, and whether its customer wants that.
GRANT USAGE ON SCHEMA notifications, orders TO ordermesh_notifier;
GRANT SELECT, INSERT, UPDATE, DELETE ON notifications.notifications, notifications.dead_letters TO ordermesh_notifier;
GRANT SELECT, UPDATE ON notifications.chores TO ordermesh_notifier;
GRANT SELECT, INSERT, UPDATE ON notifications.resends TO ordermesh_notifier;
GRANT SELECT (id, customer_id, contact_email, state, version, created_at) ON orders.orders TO ordermesh_notifier;
GRANT USAGE ON SCHEMA catalog TO ordermesh_notifier;
GRANT SELECT (id, order_updates, deleted_at) ON catalog.customers TO ordermesh_notifier;

-- analytics: keeps its counts, and tells how far behind consumers are.
GRANT USAGE ON SCHEMA analytics, catalog TO ordermesh_analytics;
GRANT SELECT ON catalog.feed_offsets TO ordermesh_analytics;
GRANT SELECT, INSERT, UPDATE, DELETE
  ON analytics.offsets, analytics.seen_events, analytics.sales, analytics.order_totals TO ordermesh_analytics;

-- catalog: keeps the catalogue, and records its events.
GRANT USAGE ON SCHEMA catalog, orders TO ordermesh_catalog;
GRANT SELECT, INSERT, UPDATE ON catalog.products, catalog.customers, catalog.stock TO ordermesh_catalog;
GRANT SELECT, INSERT ON catalog.movements, catalog.requests, catalog.outbox TO ordermesh_catalog;
GRANT SELECT, INSERT, UPDATE ON catalog.feed_offsets TO ordermesh_catalog;
-- Of customers who are erased.
GRANT UPDATE (fingerprint) ON catalog.requests TO ordermesh_catalog;
-- What orders reserve is a part of the stock's history.
GRANT SELECT (order_id, line, product_id, quantity) ON orders.lines TO ordermesh_catalog;
GRANT SELECT (id, created_at) ON orders.orders TO ordermesh_catalog;
