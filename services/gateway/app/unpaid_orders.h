// Orders as their expiry sees them: in the order of their ids, which is about that of time, behind a position that all
// gateways share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/domain/order.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// Belongs to one thread. A method that fails gives kUnavailable, kResourceExhausted or kDeadlineExceeded when it may
// work another time.
class UnpaidOrders {
 public:
  virtual ~UnpaidOrders() = default;

  struct Candidate {
    domain::OrderId id;
    std::string caller;
    std::int64_t version = 0;
    domain::OrderState state = domain::OrderState::kUnspecified;
  };

  // Whether it is for this gateway to expire orders: of several, one has the lock, until it ends or loses its session.
  // Two that both believe to have it harm nothing.
  virtual absl::StatusOr<bool> TryLock() = 0;

  // The next orders behind the position, in whatever state, up to the first that was accepted less than `ttl` ago by
  // the database's clock; at most `limit`.
  virtual absl::StatusOr<std::vector<Candidate>> Due(absl::Duration ttl, int limit) = 0;

  // As OrderStore::Move.
  virtual absl::StatusOr<domain::Order> Expire(const OrderMove& move) = 0;

  // Moves the position to `to`, unless it is further: nothing up to there will ever be due again.
  virtual absl::Status Advance(const domain::OrderId& to) = 0;
};

}  // namespace ordermesh::gateway
