#include "services/gateway/store/move_policy.h"

#include <stop_token>

#include "libs/api/refusals.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/failure.h"
#include "services/gateway/store/database_status.h"
#include "services/gateway/store/move_transaction.h"

namespace ordermesh::gateway {

using base::StoreTrouble;

absl::StatusOr<domain::Order> MovePolicy::Run(postgres::Connection& connection, const OrderMove& move,
                                              base::Deadline caller) const {
  const base::Deadline deadline = base::Deadline::In(give_up_after_, timer_).Earlier(caller);
  bool unknown = false;
  for (int failures = 1;; ++failures) {
    absl::StatusOr<domain::Order> order = TryMove(connection, events_, move);
    if (order.ok() || !domain::RefusalOf(order.status()).reason.empty()) return order;
    if (connection.OutcomeUnknown()) {
      metrics_.unknown_outcomes.Add();
      unknown = true;
    }
    // Running it again is always right: a move that was committed shows as an order that was moved.
    const StoreTrouble trouble = postgres::FailureOf(order.status()).trouble;
    const bool at_once = trouble == StoreTrouble::kConflict || (trouble == StoreTrouble::kUnreachable && failures == 1);
    if ((!at_once && !unknown) || deadline.Expired(timer_)) {
      return unknown ? api::OutcomeUnknown("database", "not reachable")
                     : ToRefusal(order.status(), "the order or its stock");
    }
    if (!at_once) timer_.SleepFor(absl::Milliseconds(50), std::stop_token());
  }
}

}  // namespace ordermesh::gateway
