#include "libs/domain/states.h"

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

bool Allowed(OrderState from, OrderState to) {
  switch (from) {
    case OrderState::kAccepted:
      return to == OrderState::kPaid || to == OrderState::kCancelled;
    case OrderState::kPaid:
      return to == OrderState::kShipped || to == OrderState::kCancelled;
    case OrderState::kShipped:
      return to == OrderState::kDelivered;
    case OrderState::kDelivered:
    case OrderState::kCancelled:
    case OrderState::kUnspecified:
      return false;
  }
  return false;
}

// Whether an order that stands at `at` has been moved to `state`.
bool WentThrough(OrderState at, OrderState state) {
  switch (state) {
    case OrderState::kPaid:
      return at == OrderState::kPaid || at == OrderState::kShipped || at == OrderState::kDelivered;
    case OrderState::kShipped:
      return at == OrderState::kShipped || at == OrderState::kDelivered;
    case OrderState::kAccepted:
    case OrderState::kCancelled:
    case OrderState::kDelivered:
      return at == state;
    case OrderState::kUnspecified:
      return false;
  }
  return false;
}

}  // namespace

absl::StatusOr<Move> CheckMove(OrderState from, OrderState to) {
  if (WentThrough(from, to)) return Move::kNothing;
  if (Allowed(from, to)) return Move::kChange;
  return ToStatus({.code = absl::StatusCode::kFailedPrecondition,
                   .message = absl::StrCat("an order that is ", StateName(from), " can't become ", StateName(to)),
                   .reason = reasons::kOrderStateForbids});
}

bool IsFinal(OrderState state) { return state == OrderState::kCancelled || state == OrderState::kDelivered; }

absl::string_view StateName(OrderState state) {
  switch (state) {
    case OrderState::kUnspecified:
      break;
    case OrderState::kAccepted:
      return "ACCEPTED";
    case OrderState::kCancelled:
      return "CANCELLED";
    case OrderState::kPaid:
      return "PAID";
    case OrderState::kShipped:
      return "SHIPPED";
    case OrderState::kDelivered:
      return "DELIVERED";
  }
  return "UNSPECIFIED";
}

}  // namespace ordermesh::domain
