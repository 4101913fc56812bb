// Who says whether orders are well formed and for sale, and what they cost.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/base/deadline.h"
#include "libs/domain/order.h"

namespace ordermesh::gateway {

// What came of checking one order: the priced order, or a status that carries a domain::Refusal with every violation
// (kInvalidArgument or kFailedPrecondition).
using Validation = absl::StatusOr<domain::PricedOrder>;

// Thread-safe.
class Validator {
 public:
  virtual ~Validator() = default;

  // Checks the orders, all in one call; at least one. Called on `lane`, where the result arrives: one for each order,
  // in the same order. The orders must stay until then. `traceparent` is passed on.
  //   kUnavailable  validation is not reachable, has no current snapshot or did not answer by the deadline; safe to
  //   repeat
  virtual aio::Task<absl::StatusOr<std::vector<Validation>>> Validate(aio::Lane& lane,
                                                                      std::vector<const domain::NewOrder*> orders,
                                                                      base::Deadline deadline,
                                                                      std::string traceparent) = 0;
};

}  // namespace ordermesh::gateway
