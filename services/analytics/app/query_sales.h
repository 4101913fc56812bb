// Answers what was sold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/aio/worker_pool.h"
#include "libs/base/clock.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

inline constexpr absl::Duration kLongestWindow = absl::Hours(24 * 400);
inline constexpr absl::Duration kDefaultWindow = absl::Hours(24);
inline constexpr int kMostRows = 10'000;

// Threads with a store each, for what waits for the database on behalf of a call.
using StorePool = aio::WorkerPool<RollupStore>;

// A question as its client asked it.
struct SalesRequest {
  std::optional<absl::Time> start, end;
  bool by_product = false;
  bool by_hour = false;
  bool by_day = false;
  std::string product_id, sku;  // empty: any
};

// The question in full: defaults filled in, the window rounded outwards to hours. Grouped by hour and day, the hour
// decides. INVALID_ARGUMENT: an empty, reversed or too long window, or a malformed product id.
absl::StatusOr<SalesQuery> ToQuery(const SalesRequest& request, absl::Time now);

struct Sales {
  std::vector<SalesFigure> figures;
  absl::Time start, end;  // the window that was used
};

// Thread-safe. The dependencies must outlive it.
class QuerySales {
 public:
  QuerySales(StorePool& stores, base::Clock& clock) : stores_(stores), clock_(clock) {}

  //   kInvalidArgument    see ToQuery, or the answer has more than kMostRows rows
  //   kUnavailable        the database can't be reached; retry
  //   kResourceExhausted  too many queries wait
  aio::Task<absl::StatusOr<Sales>> Run(aio::Waiter waiter, SalesRequest request);

 private:
  StorePool& stores_;
  base::Clock& clock_;
};

}  // namespace ordermesh::analytics
