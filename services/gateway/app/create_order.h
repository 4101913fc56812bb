// Accepting an order, or saying what it would cost.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/aio/task.h"
#include "libs/domain/order.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/intake.h"

namespace ordermesh::gateway {

// The intakes of a process, one for each lane. Thread-safe once they are all added; they must outlive it.
class Intakes {
 public:
  void Add(aio::Lane& lane, Intake& intake) { intakes_.push_back({&lane, &intake}); }
  // Of a lane that was added.
  Intake& Of(const aio::Lane& lane) const;

 private:
  struct Entry {
    const aio::Lane* lane;
    Intake* intake;
  };
  std::vector<Entry> intakes_;  // as few as cores
};

// Thread-safe. The intakes must outlive it.
class CreateOrder {
 public:
  explicit CreateOrder(const Intakes& intakes) : intakes_(intakes) {}

  // Accepts the order of `call`: see Intake::Accept.
  aio::Task<absl::StatusOr<domain::Order>> Run(const mesh::CallContext& call, domain::NewOrder order);
  // Prices it and stores nothing: see Intake::Quote.
  aio::Task<absl::StatusOr<domain::PricedOrder>> Quote(const mesh::CallContext& call, domain::NewOrder order);

 private:
  const Intakes& intakes_;
};

}  // namespace ordermesh::gateway
