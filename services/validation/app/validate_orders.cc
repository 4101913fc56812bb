#include "services/validation/app/validate_orders.h"

#include <variant>

#include "libs/base/status.h"
#include "services/validation/app/catalog_refresher.h"

namespace ordermesh::validation {

absl::StatusOr<absl::Time> ValidateOrders::Run(
    std::size_t count, absl::FunctionRef<domain::NewOrder(std::size_t)> order,
    absl::FunctionRef<void(std::size_t, const domain::Verdict&)> give) const {
  const PinnedCatalog catalog = current_.Get();
  RETURN_IF_ERROR(CheckFresh(catalog, timer_.SteadyNow(), max_age_));
  std::size_t valid = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const domain::Verdict verdict = domain::CheckOrder(order(i), *catalog.snapshot);
    if (std::holds_alternative<domain::PricedOrder>(verdict)) ++valid;
    give(i, verdict);
  }
  if (valid > 0) metrics_.valid.Add(static_cast<double>(valid));
  if (valid < count) metrics_.invalid.Add(static_cast<double>(count - valid));
  return catalog.as_of;
}

}  // namespace ordermesh::validation
