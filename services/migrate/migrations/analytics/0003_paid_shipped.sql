-- What of the sales was paid and shipped, in the hour in which the order was accepted, as with what was cancelled. Behind
-- the columns that are there: a release that does not know them adds to those.
ALTER TABLE analytics.sales
  ADD COLUMN paid_orders           bigint NOT NULL DEFAULT 0,
  ADD COLUMN paid_units            bigint NOT NULL DEFAULT 0,
  ADD COLUMN paid_revenue_minor    bigint NOT NULL DEFAULT 0,
  ADD COLUMN shipped_orders        bigint NOT NULL DEFAULT 0,
  ADD COLUMN shipped_units         bigint NOT NULL DEFAULT 0,
  ADD COLUMN shipped_revenue_minor bigint NOT NULL DEFAULT 0;
ALTER TABLE analytics.order_totals
  ADD COLUMN paid_orders           bigint NOT NULL DEFAULT 0,
  ADD COLUMN paid_units            bigint NOT NULL DEFAULT 0,
  ADD COLUMN paid_revenue_minor    bigint NOT NULL DEFAULT 0,
  ADD COLUMN shipped_orders        bigint NOT NULL DEFAULT 0,
  ADD COLUMN shipped_units         bigint NOT NULL DEFAULT 0,
  ADD COLUMN shipped_revenue_minor bigint NOT NULL DEFAULT 0;
