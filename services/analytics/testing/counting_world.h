// Counting as a sink, over any store, for SinkConformance.
#pragma once

#include <memory>
#include <utility>

#include "libs/base/clock.h"
#include "libs/stream/testing/sink_conformance.h"
#include "services/analytics/app/count_sales.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {

class CountingWorld : public stream::SinkWorld {
 public:
  explicit CountingWorld(std::unique_ptr<RollupStore> store) : store_(std::move(store)) {}

  stream::AnySink& sink() override { return sink_; }
  Record Good() override { return RecordOf(AnAcceptedOrder()); }
  Record Needless() override { return WithHeader(Good(), "ce_type", "ordermesh.order.delivered.v1"); }
  Record Garbage() override { return analytics::Garbage(); }
  Record Refused() override { return RecordOf(AnUncountableOrder()); }
  std::int64_t Effects() override {
    SalesQuery query;
    query.start = absl::FromUnixSeconds(0);
    query.end = absl::FromUnixSeconds(4'000'000'000);
    absl::StatusOr<std::vector<SalesFigure>> figures = store_->QuerySales(query);
    EXPECT_TRUE(figures.ok()) << figures.status();
    return figures.ok() && !figures->empty() ? figures->at(0).amounts.accepted.orders : 0;
  }

 private:
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
  std::unique_ptr<RollupStore> store_;
  CountSales sink_{*store_, metrics_, base::SystemClock()};
};

}  // namespace ordermesh::analytics
