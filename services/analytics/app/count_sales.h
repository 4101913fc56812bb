// What counting makes of a record: sales, and what became of them, in the rollups.
#pragma once

#include <optional>
#include <vector>

#include "libs/base/clock.h"
#include "libs/stream/partition_sink.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/app/rollup_store.h"
#include "services/analytics/app/sale_event.h"

namespace ordermesh::analytics {

// Every event is counted exactly once: the transaction that counts it moves its partition, and events that come again
// are recognised by their ids. The dependencies must outlive it.
class CountSales : public stream::TransactionalSink<SaleEvent> {
 public:
  CountSales(RollupStore& store, const AnalyticsMetrics& metrics, base::Clock& clock)
      : store_(store), metrics_(metrics), clock_(clock) {}

  absl::StatusOr<std::optional<stream::Position>> Load(const stream::Partition& partition) override {
    return store_.Load(partition);
  }
  absl::Status Move(const stream::Partition& partition, std::int64_t from, std::int64_t to,
                    std::int64_t lost) override {
    return store_.Move(partition, from, to, lost);
  }
  absl::StatusOr<std::optional<SaleEvent>> Decode(const stream::Record& record) override;
  absl::Status Apply(const stream::Batch& batch, const std::vector<const SaleEvent*>& events) override;

 private:
  void Report(const std::vector<SaleEvent>& events, const Applied& applied);

  RollupStore& store_;
  const AnalyticsMetrics& metrics_;
  base::Clock& clock_;
};

}  // namespace ordermesh::analytics
