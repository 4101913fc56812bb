// What every OrderStore has to do when orders move on.
#include <gmock/gmock.h>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/testing/order_store_conformance.h"

namespace ordermesh::gateway {

using domain::OrderState;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::SizeIs;

TEST_P(OrderStoreConformance, CancellingGivesTheStockBackAndTellsOfIt) {
  const domain::Order accepted = Store(AnAcceptance(1, {ALine(1, 4), ALine(2, 2)}));
  const auto cancelled = Cancel(1, 1);
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, OrderState::kCancelled);
  EXPECT_EQ(cancelled->version, 2);
  EXPECT_EQ(cancelled->created_at, accepted.created_at);
  EXPECT_GE(cancelled->updated_at, accepted.updated_at);
  EXPECT_THAT(cancelled->content.lines, SizeIs(2));
  EXPECT_EQ(cancelled->cancel_reason, domain::CancelReason::kRequested);
  EXPECT_EQ(Stock(1), 10);
  EXPECT_EQ(Stock(2), 10);
  EXPECT_EQ(Reserved(1), 0);
  EXPECT_EQ(Reserved(2), 0);
  ASSERT_THAT(world_->Events(), SizeIs(2));
  EXPECT_EQ(world_->Events()[1], (FakeOrderStore::Event{OrderNumber(1), OrderState::kCancelled, 2,
                                                        "00-11111111111111111111111111111111-2222222222222222-01",
                                                        domain::CancelReason::kRequested}));
  EXPECT_EQ(Get(OrderNumber(1))->cancel_reason, domain::CancelReason::kRequested);
}

TEST_P(OrderStoreConformance, AnOrderIsPaidShippedAndDelivered) {
  const domain::Order accepted = Store(AnAcceptance(1, {ALine(1, 4), ALine(2, 2)}));
  struct Step {
    OrderState to;
    std::int64_t reserved;  // of product 1, afterwards
  };
  absl::Time before = accepted.updated_at;
  std::int64_t version = 1;
  for (const Step& step :
       {Step{OrderState::kPaid, 4}, Step{OrderState::kShipped, 0}, Step{OrderState::kDelivered, 0}}) {
    const auto moved = Move(step.to, 1, version);
    ASSERT_THAT(moved, IsOk());
    EXPECT_EQ(moved->state, step.to);
    EXPECT_EQ(moved->version, ++version);
    EXPECT_EQ(moved->created_at, accepted.created_at);
    EXPECT_GE(moved->updated_at, before);
    EXPECT_EQ(moved->cancel_reason, domain::CancelReason::kUnspecified);
    EXPECT_THAT(moved->content.lines, SizeIs(2));
    before = moved->updated_at;
    EXPECT_EQ(Stock(1), 6);
    EXPECT_EQ(Stock(2), 8);
    EXPECT_EQ(Reserved(1), step.reserved);
    EXPECT_EQ(Reserved(2), step.reserved / 2);
    EXPECT_EQ(world_->Events().back(),
              (FakeOrderStore::Event{OrderNumber(1), step.to, version,
                                     "00-11111111111111111111111111111111-2222222222222222-01"}));
    EXPECT_EQ(Get(OrderNumber(1))->state, step.to);
  }
  EXPECT_THAT(world_->Events(), SizeIs(4));
}

// Also when it went on since: whoever repeats a call whose answer was lost need not know.
TEST_P(OrderStoreConformance, AMoveThatWasDoneIsNotDoneAgain) {
  Store(AnAcceptance(1, {ALine(1, 4)}));
  std::int64_t version = 1;
  std::vector<OrderState> done;
  for (const OrderState to : {OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered}) {
    ASSERT_THAT(Move(to, 1), IsOk());
    ++version;
    done.push_back(to);
    for (const OrderState earlier : done) {
      const auto again = Move(earlier, 1, 1);  // with the etag of long ago
      ASSERT_THAT(again, IsOk());
      EXPECT_EQ(again->state, to);
      EXPECT_EQ(again->version, version);
    }
  }
  EXPECT_EQ(Stock(1), 6);
  EXPECT_EQ(Reserved(1), 0);
  EXPECT_THAT(world_->Events(), SizeIs(4));
}

TEST_P(OrderStoreConformance, NoStepIsLeftOut) {
  struct Refused {
    std::vector<OrderState> before;
    OrderState to;
  };
  std::uint32_t n = 0;
  for (const Refused& refused :
       {Refused{{}, OrderState::kShipped}, Refused{{}, OrderState::kDelivered},
        Refused{{OrderState::kPaid}, OrderState::kDelivered}, Refused{{OrderState::kCancelled}, OrderState::kPaid},
        Refused{{OrderState::kPaid, OrderState::kCancelled}, OrderState::kPaid},
        Refused{{OrderState::kPaid, OrderState::kCancelled}, OrderState::kShipped},
        Refused{{OrderState::kPaid, OrderState::kShipped}, OrderState::kCancelled}}) {
    Store(AnAcceptance(++n, {ALine(1)}));
    for (const OrderState state : refused.before) ASSERT_THAT(Move(state, n), IsOk());
    const auto before = Get(OrderNumber(n));
    const std::int64_t stock = Stock(1), reserved = Reserved(1);
    const auto moved = Move(refused.to, n, 1);  // the state is the clearer answer than a stale version
    EXPECT_THAT(moved, StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_EQ(domain::RefusalOf(moved.status()).reason, domain::reasons::kOrderStateForbids);
    EXPECT_EQ(Get(OrderNumber(n))->version, before->version);
    EXPECT_EQ(Get(OrderNumber(n))->state, before->state);
    EXPECT_EQ(Stock(1), stock);
    EXPECT_EQ(Reserved(1), reserved);
  }
}

TEST_P(OrderStoreConformance, AStaleVersionMovesNothing) {
  Store(AnAcceptance(1, {ALine(1, 4)}));
  ASSERT_THAT(Move(OrderState::kPaid, 1), IsOk());
  const auto stale = Move(OrderState::kShipped, 1, 1);
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(domain::RefusalOf(stale.status()).reason, domain::reasons::kEtagStale);
  EXPECT_EQ(Reserved(1), 4);
  EXPECT_THAT(Move(OrderState::kShipped, 1, 2), IsOk());
  EXPECT_EQ(Reserved(1), 0);
}

TEST_P(OrderStoreConformance, CancellingACancelledOrderDoesNothingMore) {
  Store(AnAcceptance(1, {ALine(1, 4)}));
  ASSERT_THAT(Cancel(1, 1), IsOk());
  const auto again = Cancel(1, 1);  // the same request, sent again
  ASSERT_THAT(again, IsOk());
  EXPECT_EQ(again->state, OrderState::kCancelled);
  EXPECT_EQ(again->version, 2);
  EXPECT_EQ(Stock(1), 10);
  EXPECT_THAT(world_->Events(), SizeIs(2));
}

TEST_P(OrderStoreConformance, AStaleVersionCancelsNothing) {
  Store(AnAcceptance(1, {ALine(1, 4)}));
  world_->SetState(OrderNumber(1), OrderState::kPaid);
  const auto stale = Cancel(1, 1);
  EXPECT_THAT(stale, StatusIs(absl::StatusCode::kAborted));
  EXPECT_EQ(domain::RefusalOf(stale.status()).reason, domain::reasons::kEtagStale);
  EXPECT_EQ(Stock(1), 6);
  EXPECT_THAT(Cancel(1, 2), IsOk());  // PAID may be cancelled
  EXPECT_EQ(Stock(1), 10);
}

TEST_P(OrderStoreConformance, AShippedOrderIsNotCancelled) {
  Store(AnAcceptance(1, {ALine(1, 4)}));
  world_->SetState(OrderNumber(1), OrderState::kShipped);
  const auto refused = Cancel(1);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(domain::RefusalOf(refused.status()).reason, domain::reasons::kOrderStateForbids);
  EXPECT_EQ(Stock(1), 6);
  EXPECT_THAT(world_->Events(), SizeIs(1));
}

}  // namespace ordermesh::gateway
