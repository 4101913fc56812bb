#include "libs/domain/states.h"

#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

constexpr OrderState kStates[] = {OrderState::kUnspecified, OrderState::kAccepted, OrderState::kCancelled,
                                  OrderState::kPaid,        OrderState::kShipped,  OrderState::kDelivered};

TEST(StatesTest, AllowsExactlyTheseMoves) {
  const std::set<std::pair<OrderState, OrderState>> allowed = {{OrderState::kAccepted, OrderState::kPaid},
                                                               {OrderState::kAccepted, OrderState::kCancelled},
                                                               {OrderState::kPaid, OrderState::kShipped},
                                                               {OrderState::kPaid, OrderState::kCancelled},
                                                               {OrderState::kShipped, OrderState::kDelivered}};
  const std::set<std::pair<OrderState, OrderState>> done = {{OrderState::kShipped, OrderState::kPaid},
                                                            {OrderState::kDelivered, OrderState::kPaid},
                                                            {OrderState::kDelivered, OrderState::kShipped}};
  for (OrderState from : kStates) {
    for (OrderState to : kStates) {
      const absl::StatusOr<Move> move = CheckMove(from, to);
      if (allowed.contains({from, to})) {
        EXPECT_EQ(move.value(), Move::kChange) << StateName(from) << " " << StateName(to);
      } else if (done.contains({from, to}) || (from == to && from != OrderState::kUnspecified)) {
        EXPECT_EQ(move.value(), Move::kNothing) << StateName(from) << " " << StateName(to);
      } else {
        EXPECT_EQ(move.status().code(), absl::StatusCode::kFailedPrecondition) << StateName(from) << StateName(to);
        EXPECT_EQ(RefusalOf(move.status()).reason, reasons::kOrderStateForbids);
      }
    }
  }
}

TEST(StatesTest, ARefusalNamesBothStates) {
  EXPECT_EQ(CheckMove(OrderState::kShipped, OrderState::kCancelled).status().message(),
            "an order that is SHIPPED can't become CANCELLED");
}

TEST(StatesTest, FinalIsWhatHasNoWayOut) {
  for (OrderState from : kStates) {
    if (from == OrderState::kUnspecified) continue;
    bool way_out = false;
    for (OrderState to : kStates) {
      const absl::StatusOr<Move> move = CheckMove(from, to);
      way_out |= move.ok() && *move == Move::kChange;
    }
    EXPECT_EQ(IsFinal(from), !way_out) << StateName(from);
  }
}

}  // namespace
}  // namespace ordermesh::domain
