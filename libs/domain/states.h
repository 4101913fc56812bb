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
  kNothing,  // it was done already, and the order may have gone on since; answer OK
};

// Whether an order at `from` is to be moved to `to`. One that went through `to` to get to `from` was moved there: who
// repeats a move whose answer was lost must not be refused because somebody else went on. A cancelled order went
// through nothing: whether it was paid for before is not in its state, and whoever says so has to learn that it is
// cancelled. FAILED_PRECONDITION with reason ORDER_STATE_FORBIDS: there is no way from `from` to `to`.
absl::StatusOr<Move> CheckMove(OrderState from, OrderState to);

// Nothing can change any more.
bool IsFinal(OrderState state);

// "ACCEPTED"; "UNSPECIFIED" for what is none of the enum.
absl::string_view StateName(OrderState state);

}  // namespace ordermesh::domain
