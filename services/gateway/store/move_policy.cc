#include "services/gateway/store/move_policy.h"

#include "libs/api/refusals.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/repeat.h"
#include "services/gateway/store/database_status.h"
#include "services/gateway/store/move_transaction.h"

namespace ordermesh::gateway {

absl::StatusOr<domain::Order> MovePolicy::Run(postgres::Connection& connection, const OrderMove& move,
                                              base::Deadline caller) const {
  const auto decided = [](const absl::Status& status) { return !domain::RefusalOf(status).reason.empty(); };
  // Running it again is always right: a move that was committed shows as an order that was moved.
  auto attempt = [&](postgres::Connection& on) { return TryMove(on, events_, move); };
  bool unknown = false;
  absl::StatusOr<domain::Order> order =
      postgres::Repeat(connection,
                       {.deadline = base::Deadline::In(give_up_after_, timer_).Earlier(caller),
                        .timer = timer_,
                        .decided = decided,
                        .unknown_outcomes = metrics_.unknown_outcomes},
                       attempt, unknown);
  if (order.ok() || decided(order.status())) return order;
  return unknown ? api::OutcomeUnknown("database", "not reachable")
                 : ToRefusal(order.status(), "the order or its stock");
}

}  // namespace ordermesh::gateway
