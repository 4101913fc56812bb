// Moves of one order that cross: pay, ship, deliver and cancel from several sides. Whatever comes first, stock is
// neither lost nor doubled, and the history of stock sums to it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <iterator>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/uuid.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"
#include "tests/integration/gateway/postgres_world.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using domain::OrderState;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;

class MovesIntegrationTest : public ::testing::Test {
 protected:
  MovesIntegrationTest() {
    for (std::uint32_t product = 1; product <= 3; ++product) world_.SetStock(ProductNumber(product), kStock);
  }

  void Accept(std::uint32_t n, std::vector<domain::OrderLine> lines) {
    const auto results =
        aio::RunSync(lane_, [&] { return world_.store().Accept(lane_, {AnAcceptance(n, std::move(lines))}); });
    ASSERT_THAT(results, ElementsAre(IsOk()));
  }
  absl::StatusOr<domain::Order> Move(OrderStore& store, std::uint32_t n, OrderState to) {
    const OrderMove move{.caller = "default",
                         .id = OrderNumber(n),
                         .to = to,
                         .cancel_reason = to == OrderState::kCancelled ? domain::CancelReason::kRequested
                                                                       : domain::CancelReason::kUnspecified,
                         .event_id = ids_.Next()};
    return aio::RunSync(lane_, [&] { return store.Move({lane_}, move); });
  }
  // The same until it is not refused because of a lock.
  absl::StatusOr<domain::Order> MoveInTheEnd(OrderStore& store, std::uint32_t n, OrderState to) {
    for (;;) {
      absl::StatusOr<domain::Order> moved = Move(store, n, to);
      if (moved.ok() || domain::RefusalOf(moved.status()).reason != reasons::kLocked) return moved;
    }
  }
  void WaitUntil(const std::string& sql) {
    for (int i = 0; i < 2000; ++i) {
      if (world_.Number(sql) == 1) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << "never came true: " << sql;
  }
  static std::string Backends(const std::string& which) {
    return absl::StrCat(
        "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
        "'ordermesh-gateway%' AND state = 'active' AND ",
        which);
  }

  static constexpr std::int64_t kStock = 100'000;
  PostgresWorld world_;
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  aio::ThreadLane lane_{base::SystemTimer()};
};

// Four sides move the same orders at the same time, through two processes' stores. What the table says of an order in
// the end, its stock, its events and its history say as well.
TEST_F(MovesIntegrationTest, RacingMovesLoseAndDoubleNoStock) {
  constexpr std::uint32_t kOrders = 40;
  auto other = world_.OpenStore();
  for (std::uint32_t n = 1; n <= kOrders; ++n) Accept(n, {ALine(1, 2), ALine(2, 3), ALine(3, 5)});
  std::barrier start(4);
  std::vector<std::jthread> movers;
  int mover = 0;
  for (const OrderState to :
       {OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered, OrderState::kCancelled}) {
    OrderStore& store = mover++ % 2 == 0 ? world_.store() : *other;
    movers.emplace_back([&, to] {
      start.arrive_and_wait();
      for (std::uint32_t n = 1; n <= kOrders; ++n) {
        // Twice: a repeat, or now that it was paid or shipped.
        for (int i = 0; i < 2; ++i) {
          const auto moved = MoveInTheEnd(store, n, to);
          if (moved.ok()) continue;
          EXPECT_EQ(domain::RefusalOf(moved.status()).reason, reasons::kOrderStateForbids);
        }
      }
    });
  }
  movers.clear();

  // By state: how many orders.
  std::map<OrderState, std::int64_t> orders;
  for (const OrderState state : {OrderState::kAccepted, OrderState::kCancelled, OrderState::kPaid, OrderState::kShipped,
                                 OrderState::kDelivered}) {
    orders[state] =
        world_.Number(absl::StrCat("SELECT count(*) FROM orders.orders WHERE state = ", static_cast<int>(state)));
  }
  EXPECT_EQ(orders[OrderState::kAccepted] + orders[OrderState::kPaid], 0) << "each was paid or cancelled, or both";
  const std::int64_t left = orders[OrderState::kShipped] + orders[OrderState::kDelivered];
  EXPECT_EQ(left + orders[OrderState::kCancelled], kOrders);
  const std::int64_t quantities[] = {2, 3, 5};
  for (std::uint32_t product = 1; product <= 3; ++product) {
    EXPECT_EQ(world_.Stock(ProductNumber(product)), kStock - left * quantities[product - 1]);
    EXPECT_EQ(world_.Reserved(ProductNumber(product)), 0);
  }
  EXPECT_TRUE(world_.MovementsSumToStock());
  // An event for each version, and the last is of the state in the table.
  EXPECT_EQ(world_.Number("SELECT sum(version)::bigint FROM orders.orders"),
            world_.Number("SELECT count(*) FROM orders.outbox"));
  std::map<domain::OrderId, std::int64_t> versions;
  for (const FakeOrderStore::Event& event : world_.Events()) EXPECT_EQ(event.version, ++versions[event.order]);
  EXPECT_EQ(world_.Number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}

// The outbox's order is that of transaction ids: it has to be that of an order's versions, however many move it at
// once. Three are needed: a row's lock takes the transaction id behind its first wait, and waits again when another has
// moved the order meanwhile.
TEST_F(MovesIntegrationTest, EventsOfMovesThatCrossAreInTheOrderOfTheirVersions) {
  constexpr std::uint32_t kOrders = 100;
  auto other = world_.OpenStore();
  for (std::uint32_t n = 1; n <= kOrders; ++n) Accept(n, {ALine(1)});
  const OrderState moves[] = {OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered,
                              OrderState::kPaid, OrderState::kShipped, OrderState::kDelivered};
  std::barrier turn(std::size(moves));
  std::vector<std::jthread> clients;
  for (std::size_t client = 0; client < std::size(moves); ++client) {
    clients.emplace_back([&, client] {
      for (std::uint32_t n = 1; n <= kOrders; ++n) {
        turn.arrive_and_wait();
        // Until the moves before it are done, or another has gone further.
        for (int attempt = 0; attempt < 5; ++attempt) {
          if (Move(client % 2 == 0 ? world_.store() : *other, n, moves[client]).ok()) break;
        }
      }
    });
  }
  clients.clear();
  std::map<domain::OrderId, std::int64_t> told;
  for (const FakeOrderStore::Event& event : world_.Events()) {
    EXPECT_EQ(event.version, told[event.order] + 1) << event.order.ToString();
    told[event.order] = event.version;
  }
  EXPECT_EQ(told.size(), kOrders);
  EXPECT_EQ(world_.Number("SELECT sum(version)::bigint FROM orders.orders"),
            world_.Number("SELECT count(*) FROM orders.outbox"));
}

// Orders are moved while others of the same products are accepted: both lock stock in one order.
TEST_F(MovesIntegrationTest, MovesAndAcceptancesOfTheSameProductsDoNotDeadlock) {
  constexpr std::uint32_t kOrders = 60;
  auto other = world_.OpenStore();
  for (std::uint32_t n = 1; n <= kOrders; ++n) Accept(n, {ALine(3), ALine(1), ALine(2)});
  std::atomic<int> accepted{0};
  std::jthread acceptor([&] {
    for (std::uint32_t n = 1001; n <= 1000 + kOrders; ++n) {
      const auto results = aio::RunSync(lane_, [&] {
        return world_.store().Accept(lane_, {AnAcceptance(n, {ALine(2), ALine(3), ALine(1)})});
      });
      if (results[0].ok()) {
        ++accepted;
      } else {
        EXPECT_EQ(domain::RefusalOf(results[0].status()).reason, reasons::kLocked);
      }
    }
  });
  for (std::uint32_t n = 1; n <= kOrders; ++n) {
    if (n % 2 == 0) {
      ASSERT_THAT(MoveInTheEnd(*other, n, OrderState::kCancelled), IsOk());
    } else {
      ASSERT_THAT(MoveInTheEnd(*other, n, OrderState::kPaid), IsOk());
      ASSERT_THAT(MoveInTheEnd(*other, n, OrderState::kShipped), IsOk());
    }
  }
  acceptor.join();
  EXPECT_EQ(world_.Number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
  for (std::uint32_t product = 1; product <= 3; ++product) {
    EXPECT_EQ(world_.Stock(ProductNumber(product)), kStock - kOrders / 2 - accepted);
    EXPECT_EQ(world_.Reserved(ProductNumber(product)), accepted);
  }
  EXPECT_TRUE(world_.MovementsSumToStock());
}

// The commit is on disk and waits for a standby that isn't there when its session is ended: it happened, and nobody on
// this side knows.
TEST_F(MovesIntegrationTest, ASessionThatEndsBehindItsCommitShipsOnce) {
  Accept(1, {ALine(1, 4)});
  ASSERT_THAT(Move(world_.store(), 1, OrderState::kPaid), IsOk());
  world_.Run("SET synchronous_commit = local");  // of this session, which commits meanwhile
  world_.Run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  world_.Run("SELECT pg_reload_conf()");
  WaitUntil("SELECT (current_setting('synchronous_standby_names') = 'nobody')::int::bigint");
  absl::StatusOr<domain::Order> shipped;
  std::jthread client([&] { shipped = Move(world_.store(), 1, OrderState::kShipped); });
  WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'SyncRep'"));
  world_.Run("ALTER SYSTEM RESET synchronous_standby_names");
  world_.Run("SELECT pg_terminate_backend(pid) " + Backends("wait_event = 'SyncRep'") + "; SELECT pg_reload_conf()");
  client.join();
  ASSERT_THAT(shipped, IsOk());
  EXPECT_EQ(shipped->state, OrderState::kShipped);
  EXPECT_EQ(shipped->version, 3);
  EXPECT_EQ(world_.metrics().unknown_outcomes.Value(), 1);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), kStock - 4);
  EXPECT_EQ(world_.Reserved(ProductNumber(1)), 0);
  EXPECT_TRUE(world_.MovementsSumToStock());
  EXPECT_EQ(world_.Events().size(), 3u);
}

// The commit is held up by a trigger that runs in it, and the session is ended there: nothing is committed.
TEST_F(MovesIntegrationTest, ASessionThatEndsBeforeItsCommitShipsOnce) {
  Accept(1, {ALine(1, 4)});
  ASSERT_THAT(Move(world_.store(), 1, OrderState::kPaid), IsOk());
  world_.Run(
      "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; "
      "END $$;"
      "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON orders.outbox DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION public.dawdle();");
  absl::StatusOr<domain::Order> shipped;
  std::jthread client([&] { shipped = Move(world_.store(), 1, OrderState::kShipped); });
  WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'PgSleep'"));
  world_.Run("SELECT pg_terminate_backend(pid) " + Backends("query = 'COMMIT'") +
             "; DROP TRIGGER dawdle ON orders.outbox");
  client.join();
  ASSERT_THAT(shipped, IsOk());
  EXPECT_EQ(shipped->version, 3);
  EXPECT_EQ(world_.metrics().unknown_outcomes.Value(), 1);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), kStock - 4);
  EXPECT_EQ(world_.Reserved(ProductNumber(1)), 0);
  EXPECT_TRUE(world_.MovementsSumToStock());
  EXPECT_EQ(world_.Events().size(), 3u);
}

// Someone holds the stock: nothing is changed, and the client is told to come again.
TEST_F(MovesIntegrationTest, StockThatIsHeldHoldsUpAShipmentButNoPayment) {
  Accept(1, {ALine(1, 4)});
  postgres::Connection holder({.url = world_.url(), .application_name = "holder"});
  ASSERT_THAT(holder.Run("BEGIN; SELECT * FROM catalog.stock FOR UPDATE"), IsOk());
  ASSERT_THAT(Move(world_.store(), 1, OrderState::kPaid), IsOk());
  const auto shipped = Move(world_.store(), 1, OrderState::kShipped);
  EXPECT_THAT(shipped, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(domain::RefusalOf(shipped.status()).reason, reasons::kLocked);
  ASSERT_THAT(holder.Run("ROLLBACK"), IsOk());
  EXPECT_EQ(world_.Reserved(ProductNumber(1)), 4);
  EXPECT_THAT(Move(world_.store(), 1, OrderState::kShipped), IsOk());
  EXPECT_THAT(Move(world_.store(), 1, OrderState::kDelivered), IsOk());
  EXPECT_EQ(world_.Reserved(ProductNumber(1)), 0);
  EXPECT_TRUE(world_.MovementsSumToStock());
}

}  // namespace
}  // namespace ordermesh::gateway
