// Orders that nobody pays for expire: exactly those, once, whoever else moves them, and whatever is killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/uuid.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/app/expire_orders.h"
#include "services/gateway/store/gateway_database.h"
#include "services/gateway/store/move_policy.h"
#include "services/gateway/store/postgres_unpaid_orders.h"
#include "tests/integration/gateway/postgres_world.h"

namespace ordermesh::gateway {
namespace {

using domain::CancelReason;
using domain::OrderState;
using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ::testing::Each;
using ::testing::ElementsAre;

constexpr absl::Duration kTtl = absl::Hours(1);

// As of a gateway that was cut off and believes to have the lock still.
class WithoutALock : public PostgresUnpaidOrders {
 public:
  using PostgresUnpaidOrders::PostgresUnpaidOrders;
  absl::StatusOr<bool> TryLock() override { return true; }
};

// The expiry of one gateway, on a session of its own.
template <class Orders>
class ExpiryOn {
 public:
  ExpiryOn(PostgresWorld& world, int batch = 500)
      : policy_(absl::Seconds(4), events_, base::SystemTimer(), world.metrics()),
        orders_(ServiceDatabase(world.url()), policy_),
        expire_({.ttl = kTtl, .batch = batch}, orders_, ids_, ExpiryMetrics(metrics_)) {}

  void Run(std::stop_token stop = {}) { expire_.Run(stop); }
  Orders& orders() { return orders_; }
  double expired() { return ExpiryMetrics(metrics_).expired.Value(); }

 private:
  TextEvents events_;
  base::Metrics metrics_;
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  MovePolicy policy_;
  Orders orders_;
  ExpireOrders expire_;
};
using Expiry = ExpiryOn<PostgresUnpaidOrders>;

class ExpiryIntegrationTest : public ::testing::Test {
 protected:
  ExpiryIntegrationTest() { world_.SetStock(ProductNumber(1), kStock); }

  void Accept(std::uint32_t first, std::uint32_t last) {
    std::vector<Acceptance> batch;
    for (std::uint32_t n = first; n <= last; ++n) batch.push_back(AnAcceptance(n, {ALine(1, 2)}));
    const auto results = aio::RunSync(lane_, [&] { return world_.store().Accept(lane_, batch); });
    ASSERT_THAT(results, Each(IsOk()));
  }
  absl::StatusOr<domain::Order> Move(std::uint32_t n, OrderState to) {
    const OrderMove move{
        .caller = "default",
        .id = OrderNumber(n),
        .to = to,
        .cancel_reason = to == OrderState::kCancelled ? CancelReason::kRequested : CancelReason::kUnspecified,
        .event_id = ids_.Next()};
    return aio::RunSync(lane_, [&] { return world_.store().Move({lane_}, move); });
  }
  // As if these orders had been accepted long ago.
  void Age(std::uint32_t first, std::uint32_t last, absl::Duration age = kTtl + absl::Minutes(1)) {
    world_.Run(absl::StrCat("UPDATE orders.orders SET created_at = created_at - interval '", absl::ToInt64Seconds(age),
                            " s' WHERE id BETWEEN '", OrderNumber(first).ToString(), "' AND '",
                            OrderNumber(last).ToString(), "'"));
  }
  domain::Order Get(std::uint32_t n) {
    return aio::RunSync(lane_, [&] { return world_.store().Get({lane_}, "default", OrderNumber(n)); }).value();
  }
  std::int64_t Expired() { return world_.Number("SELECT count(*) FROM orders.orders WHERE cancel_reason = 2"); }
  // Stock is as the states of the orders say, each of two pieces, and the history sums to it.
  void ExpectStockOf(std::int64_t reserving, std::int64_t shipped = 0) {
    EXPECT_EQ(world_.Reserved(ProductNumber(1)), 2 * reserving);
    EXPECT_EQ(world_.Stock(ProductNumber(1)), kStock - 2 * (reserving + shipped));
    EXPECT_TRUE(world_.MovementsSumToStock());
  }
  // Of each order that has expired one event says so, behind that of its acceptance.
  void ExpectOneEventEach() {
    std::map<domain::OrderId, int> told;
    for (const FakeOrderStore::Event& event : world_.Events()) {
      if (event.cancel_reason != CancelReason::kPaymentExpired) continue;
      EXPECT_EQ(event.state, OrderState::kCancelled);
      EXPECT_EQ(event.version, 2);
      EXPECT_EQ(++told[event.order], 1);
    }
    EXPECT_EQ(static_cast<std::int64_t>(told.size()), Expired());
  }

  static constexpr std::int64_t kStock = 100'000;
  PostgresWorld world_;
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(ExpiryIntegrationTest, ExactlyTheUnpaidOnesExpire) {
  Accept(1, 12);
  ASSERT_THAT(Move(2, OrderState::kPaid), IsOk());
  ASSERT_THAT(Move(3, OrderState::kCancelled), IsOk());
  ASSERT_THAT(Move(4, OrderState::kPaid), IsOk());
  ASSERT_THAT(Move(4, OrderState::kShipped), IsOk());
  ASSERT_THAT(Move(5, OrderState::kPaid), IsOk());
  ASSERT_THAT(Move(5, OrderState::kCancelled), IsOk());
  Age(1, 10);  // 11 and 12 are young
  Expiry expiry(world_, /*batch=*/3);
  expiry.Run();
  for (const std::uint32_t n : {1, 6, 7, 8, 9, 10}) {
    const domain::Order order = Get(n);
    EXPECT_EQ(order.state, OrderState::kCancelled) << n;
    EXPECT_EQ(order.cancel_reason, CancelReason::kPaymentExpired) << n;
    EXPECT_EQ(order.version, 2) << n;
  }
  EXPECT_EQ(Get(2).state, OrderState::kPaid);
  EXPECT_EQ(Get(3).cancel_reason, CancelReason::kRequested);
  EXPECT_EQ(Get(4).state, OrderState::kShipped);
  EXPECT_EQ(Get(5).cancel_reason, CancelReason::kRequested);
  EXPECT_EQ(Get(11).state, OrderState::kAccepted);
  EXPECT_EQ(Get(12).state, OrderState::kAccepted);
  EXPECT_EQ(expiry.expired(), 6);
  ExpectStockOf(/*reserving=*/3, /*shipped=*/1);
  ExpectOneEventEach();

  // What was young then, and what came since.
  Accept(13, 14);
  Age(11, 13);
  expiry.Run();
  EXPECT_EQ(Expired(), 9);
  EXPECT_EQ(Get(14).state, OrderState::kAccepted);
  EXPECT_THAT(Move(14, OrderState::kPaid), IsOk());
  EXPECT_EQ(domain::StateName(Get(1).state), "CANCELLED");
  EXPECT_THAT(Move(1, OrderState::kPaid), ordermesh::testing::StatusIs(absl::StatusCode::kFailedPrecondition));
  ExpectStockOf(/*reserving=*/2, /*shipped=*/1);
  ExpectOneEventEach();
}

TEST_F(ExpiryIntegrationTest, OfTwoGatewaysOneWorksAndTheOtherTakesOverWhenItEnds) {
  Accept(1, 4);
  Age(1, 2);
  auto first = std::make_unique<Expiry>(world_);
  Expiry second(world_);
  first->Run();
  second.Run();
  EXPECT_EQ(first->expired(), 2);
  EXPECT_EQ(second.expired(), 0);
  EXPECT_THAT(second.orders().TryLock(), IsOkAndHolds(false));
  first.reset();  // its session ends a little later
  Age(3, 4);
  while (second.expired() < 2) second.Run();
  EXPECT_EQ(Expired(), 4);
  ExpectStockOf(/*reserving=*/0);
  ExpectOneEventEach();
}

TEST_F(ExpiryIntegrationTest, TwoThatBothBelieveToHaveTheLockExpireEachOrderOnce) {
  constexpr std::uint32_t kOrders = 200;
  Accept(1, kOrders);
  Age(1, kOrders);
  ExpiryOn<WithoutALock> first(world_, 20), second(world_, 20);
  std::jthread a([&] { first.Run(); }), b([&] { second.Run(); });
  a.join(), b.join();
  while (Expired() < kOrders) first.Run(), second.Run();   // who found a row locked comes again
  EXPECT_GE(first.expired() + second.expired(), kOrders);  // an order that both came to counts twice
  ExpectStockOf(/*reserving=*/0);
  ExpectOneEventEach();
}

// Payments, shipments and cancellations race with it.
TEST_F(ExpiryIntegrationTest, APaymentThatRacesEitherComesFirstOrIsRefused) {
  constexpr std::uint32_t kOrders = 60;
  Accept(1, kOrders);
  Age(1, kOrders);
  Expiry expiry(world_, 5);
  std::set<std::uint32_t> paid;
  std::jthread payer([&] {
    for (std::uint32_t n = kOrders; n > 0; --n) {
      for (;;) {
        const absl::Status status = Move(n, OrderState::kPaid).status();
        if (status.code() == absl::StatusCode::kUnavailable) continue;  // locked
        if (status.ok()) paid.insert(n);
        break;
      }
    }
  });
  expiry.Run();
  payer.join();
  while (Expired() + static_cast<std::int64_t>(paid.size()) < kOrders) expiry.Run();
  for (std::uint32_t n = 1; n <= kOrders; ++n) {
    EXPECT_EQ(Get(n).state, paid.contains(n) ? OrderState::kPaid : OrderState::kCancelled) << n;
  }
  EXPECT_EQ(expiry.expired(), kOrders - paid.size());
  ExpectStockOf(static_cast<std::int64_t>(paid.size()));
  ExpectOneEventEach();
}

// Its session ends at any point of its work: before an order's event, in its commit, when the position moves.
TEST_F(ExpiryIntegrationTest, WhateverIsKilledEachOrderExpiresOnce) {
  constexpr std::uint32_t kOrders = 60;
  Accept(1, kOrders);
  Age(1, kOrders);
  world_.Run(
      "CREATE FUNCTION public.die_perhaps() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF random() < 0.2 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NULL; END $$;"
      "CREATE TRIGGER die_perhaps AFTER INSERT ON orders.outbox FOR EACH ROW EXECUTE FUNCTION public.die_perhaps();"
      "CREATE CONSTRAINT TRIGGER die_perhaps_at_commit AFTER INSERT ON orders.outbox DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION public.die_perhaps();"
      "CREATE TRIGGER die_perhaps AFTER UPDATE ON orders.expiry FOR EACH ROW EXECUTE FUNCTION public.die_perhaps()");
  ::testing::internal::CaptureStderr();
  while (Expired() < kOrders) {
    Expiry expiry(world_, 7);
    expiry.Run();
  }
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr("expiry_failed"));
  EXPECT_GT(world_.metrics().unknown_outcomes.Value(), 0);
  ExpectStockOf(/*reserving=*/0);
  ExpectOneEventEach();
}

// Stock that is held holds the expiry up, and nothing is passed over.
TEST_F(ExpiryIntegrationTest, WhatIsLockedExpiresLater) {
  Accept(1, 3);
  Age(1, 3);
  Expiry expiry(world_);
  {
    postgres::Connection holder({.url = world_.url(), .application_name = "holder"});
    ASSERT_THAT(holder.Run(absl::StrCat("BEGIN; SELECT 1 FROM orders.orders WHERE id = '", OrderNumber(2).ToString(),
                                        "' FOR UPDATE")),
                IsOk());
    ::testing::internal::CaptureStderr();
    expiry.Run();
    EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr("expiry_failed"));
    EXPECT_EQ(Expired(), 1);
    ASSERT_THAT(holder.Run("ROLLBACK"), IsOk());
  }
  expiry.Run();
  EXPECT_EQ(Expired(), 3);
  ExpectStockOf(/*reserving=*/0);
}

// An invariant that somebody broke: the order stays as it is, and the others expire.
TEST_F(ExpiryIntegrationTest, AnOrderThatCannotBeCancelledHoldsUpNoOther) {
  world_.SetStock(ProductNumber(2), 10);
  Accept(1, 1);
  const auto broken =
      aio::RunSync(lane_, [&] { return world_.store().Accept(lane_, {AnAcceptance(2, {ALine(2, 4)})}); });
  ASSERT_THAT(broken, ElementsAre(IsOk()));
  Accept(3, 3);
  Age(1, 3);
  world_.Run(
      absl::StrCat("UPDATE catalog.stock SET reserved = 0 WHERE product_id = '", ProductNumber(2).ToString(), "'"));
  Expiry expiry(world_);
  ::testing::internal::CaptureStderr();
  expiry.Run();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), ::testing::HasSubstr("order_not_expired"));
  EXPECT_EQ(expiry.expired(), 2);
  EXPECT_EQ(Get(2).state, OrderState::kAccepted);
  EXPECT_EQ(Get(3).cancel_reason, CancelReason::kPaymentExpired);
  expiry.Run();  // the position is behind it
  EXPECT_EQ(expiry.expired(), 2);
}

}  // namespace
}  // namespace ordermesh::gateway
