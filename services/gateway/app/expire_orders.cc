#include "services/gateway/app/expire_orders.h"

#include <optional>
#include <vector>

#include "libs/base/log.h"
#include "libs/base/status.h"

namespace ordermesh::gateway {
namespace {

using domain::OrderState;

// Another time it may work.
bool IsPassing(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable || status.code() == absl::StatusCode::kDeadlineExceeded ||
         status.code() == absl::StatusCode::kResourceExhausted;
}

}  // namespace

void ExpireOrders::Run(std::stop_token stop) {
  const absl::Status status = TryRun(stop);
  if (status.ok()) {
    failures_.End();
  } else if (failures_.Add()) {
    base::LogWarning("expiry_failed", {{"error", status.ToString()}, {"failures", failures_.count()}});
  }
}

absl::Status ExpireOrders::TryRun(std::stop_token stop) {
  for (;;) {
    ASSIGN_OR_RETURN(const bool locked, orders_.TryLock());
    if (!locked) return absl::OkStatus();
    ASSIGN_OR_RETURN(const std::vector<UnpaidOrders::Candidate> due, orders_.Due(options_.ttl, options_.batch));
    std::optional<domain::OrderId> done;
    absl::Status failure;
    for (const UnpaidOrders::Candidate& order : due) {
      if (stop.stop_requested()) break;
      if (order.state == OrderState::kAccepted) failure = Expire(order);
      if (!failure.ok()) break;
      done = order.id;
    }
    if (done.has_value()) RETURN_IF_ERROR(orders_.Advance(*done));
    RETURN_IF_ERROR(failure);
    if (stop.stop_requested() || static_cast<int>(due.size()) < options_.batch) return absl::OkStatus();
  }
}

absl::Status ExpireOrders::Expire(const UnpaidOrders::Candidate& order) {
  OrderMove move;
  move.caller = order.caller;
  move.id = order.id;
  move.to = OrderState::kCancelled;
  // What has been paid for meanwhile, which could be cancelled too, has another version.
  move.version = order.version;
  move.cancel_reason = domain::CancelReason::kPaymentExpired;
  move.event_id = ids_.Next();
  const absl::StatusOr<domain::Order> moved = orders_.Expire(move);
  if (moved.ok()) {
    if (moved->cancel_reason == domain::CancelReason::kPaymentExpired) metrics_.expired.Add();
    return absl::OkStatus();
  }
  if (IsPassing(moved.status())) return moved.status();
  // It has gone on, and expires no more.
  if (moved.status().code() == absl::StatusCode::kAborted ||
      moved.status().code() == absl::StatusCode::kFailedPrecondition) {
    return absl::OkStatus();
  }
  metrics_.passed_over.Add();
  base::LogError("order_not_expired", {{"order_id", order.id.ToString()}, {"error", moved.status().ToString()}});
  return absl::OkStatus();
}

}  // namespace ordermesh::gateway
