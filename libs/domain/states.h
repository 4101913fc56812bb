// Where an order may go from where it stands: ACCEPTED, PAID, SHIPPED, DELIVERED, in this order; from ACCEPTED and PAID
// also CANCELLED.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/domain/order.h"

namespace ordermesh::domain {

enum class Move {
  kChange,   // do it
  kNothing,  // it stands there already; answer OK
};

// FAILED_PRECONDITION with reason ORDER_STATE_FORBIDS: there is no way from `from` to `to`.
absl::StatusOr<Move> CheckMove(OrderState from, OrderState to);

// Nothing can change any more.
bool IsFinal(OrderState state);

// "ACCEPTED"; "UNSPECIFIED" for what is none of the enum.
absl::string_view StateName(OrderState state);

}  // namespace ordermesh::domain
