// Checks and prices orders by the catalogue in memory.
#pragma once

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/timer.h"
#include "libs/domain/order.h"
#include "libs/domain/rules.h"
#include "services/validation/app/catalog_snapshot.h"
#include "services/validation/validation_metrics.h"

namespace ordermesh::validation {

// Thread-safe. The dependencies must outlive it.
class ValidateOrders {
 public:
  ValidateOrders(const CurrentCatalog& current, absl::Duration max_age, OrderMetrics metrics, base::Timer& timer)
      : current_(current), max_age_(max_age), metrics_(metrics), timer_(timer) {}

  // Checks `count` orders by one and the same catalogue: asks for each and gives its verdict, in turn, so that nobody
  // has to hold them all. Returns when that catalogue was current. UNAVAILABLE, CATALOG_STALE: there is none, or it is
  // too old; nothing was checked.
  absl::StatusOr<absl::Time> Run(std::size_t count, absl::FunctionRef<domain::NewOrder(std::size_t)> order,
                                 absl::FunctionRef<void(std::size_t, const domain::Verdict&)> give) const;

 private:
  const CurrentCatalog& current_;
  const absl::Duration max_age_;
  const OrderMetrics metrics_;
  base::Timer& timer_;
};

}  // namespace ordermesh::validation
