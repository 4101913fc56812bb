// Rollups in memory, for tests. Behaves as the real store does: the conformance suite runs against both.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

// The memory that stores share as they would share a database. Thread-safe.
class FakeRollups {
 public:
  explicit FakeRollups(base::Clock& clock) : clock_(clock) {}

  // The next `times` calls of any store fail with `status`: before they did anything, or after they did it all.
  enum class When { kBefore, kAfter };
  void FailNext(absl::Status status, int times = 1, When when = When::kBefore);

 private:
  friend class FakeRollupStore;
  absl::Status Failure(When when) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  base::Clock& clock_;
  base::Mutex mu_;
  std::map<Partition, Position> positions_ ABSL_GUARDED_BY(mu_);
  std::map<base::Uuid, absl::Time> seen_ ABSL_GUARDED_BY(mu_);
  std::map<std::tuple<absl::Time, base::Uuid, std::string>, std::pair<std::string, Amounts>> sales_
      ABSL_GUARDED_BY(mu_);
  std::map<std::tuple<absl::Time, std::string>, Amounts> totals_ ABSL_GUARDED_BY(mu_);
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  When fail_when_ ABSL_GUARDED_BY(mu_) = When::kBefore;
  int failures_left_ ABSL_GUARDED_BY(mu_) = 0;
};

// `rollups` must outlive it.
class FakeRollupStore : public RollupStore {
 public:
  explicit FakeRollupStore(FakeRollups& rollups) : rollups_(rollups) {}

  absl::StatusOr<Position> Load(const Partition& partition) override;
  absl::Status Move(const Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) override;
  absl::StatusOr<Applied> Apply(const EventBatch& batch) override;
  absl::StatusOr<stream::Positions> Positions() override;
  absl::StatusOr<std::int64_t> Prune(absl::Time before, int limit) override;
  absl::StatusOr<std::vector<SalesFigure>> QuerySales(const SalesQuery& query) override;

 private:
  FakeRollups& rollups_;
};

}  // namespace ordermesh::analytics
