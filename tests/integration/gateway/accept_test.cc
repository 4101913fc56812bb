// What happens when several write at once, and when the database goes away in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdlib>
#include <random>
#include <set>
#include <thread>

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
using ::testing::AnyOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

using Results = std::vector<absl::StatusOr<Accepted>>;

class AcceptIntegrationTest : public ::testing::Test {
 protected:
  explicit AcceptIntegrationTest(PostgresOrderStore::Options options = {}) : world_(std::move(options)) {}

  static Results Accept(aio::Lane& lane, OrderStore& store, std::vector<Acceptance> batch) {
    return aio::RunSync(lane, [&] { return store.Accept(lane, batch); });
  }
  static absl::StatusOr<domain::Order> Cancel(aio::Lane& lane, OrderStore& store, std::uint32_t n) {
    const OrderMove move{
        .caller = "default", .id = OrderNumber(n), .to = OrderState::kCancelled, .event_id = EventNumber(10'000 + n)};
    return aio::RunSync(lane, [&] { return store.Move({lane}, move); });
  }
  // Until `sql`, which gives a boolean as 0 or 1, gives 1.
  void WaitUntil(const std::string& sql) {
    for (int i = 0; i < 2000; ++i) {
      if (world_.Number(sql) == 1) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    FAIL() << "never came true: " << sql;
  }
  // Backends of the store that are in the middle of a COMMIT, or wait for a lock.
  static std::string Backends(const std::string& which) {
    return absl::StrCat(
        "FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
        "'ordermesh-gateway%' AND state = 'active' AND ",
        which);
  }

  PostgresWorld world_;
  aio::ThreadLane lane_{base::SystemTimer()};
};

TEST_F(AcceptIntegrationTest, TwoHundredClientsForTheLastTenItemsBuyExactlyTen) {
  world_.SetStock(ProductNumber(1), 10);
  auto other = world_.OpenStore();
  std::atomic<int> bought{0}, refused{0};
  std::barrier start(200);
  std::vector<std::jthread> clients;
  for (std::uint32_t n = 1; n <= 200; ++n) {
    clients.emplace_back([&, n] {
      start.arrive_and_wait();
      const Results results = Accept(lane_, n % 2 == 0 ? world_.store() : *other, {AnAcceptance(n, {ALine(1)})});
      (results[0].ok() ? bought : refused) += 1;
      EXPECT_THAT(results[0], AnyOf(IsOk(), StatusIs(absl::StatusCode::kFailedPrecondition)));
    });
  }
  clients.clear();
  EXPECT_EQ(bought, 10);
  EXPECT_EQ(refused, 190);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 0);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 10);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 10);
  EXPECT_EQ(world_.Number("SELECT sum(reserved)::bigint FROM catalog.stock"), 10);
}

TEST_F(AcceptIntegrationTest, FiftyEqualRequestsThroughTwoProcessesAreOneOrder) {
  world_.SetStock(ProductNumber(1), 1000);
  auto other = world_.OpenStore();
  std::barrier start(50);
  std::atomic<int> earlier{0};
  base::Mutex mu;
  std::set<std::string> ids;
  std::vector<std::jthread> clients;
  for (std::uint32_t n = 1; n <= 50; ++n) {
    clients.emplace_back([&, n] {
      Acceptance asked = AnAcceptance(n, {ALine(1)});
      asked.request_id = "the same";
      start.arrive_and_wait();
      const Results results = Accept(lane_, n % 2 == 0 ? world_.store() : *other, {asked});
      ASSERT_THAT(results, ElementsAre(IsOk()));
      if (results[0]->earlier) ++earlier;
      base::MutexLock lock(mu);
      ids.insert(results[0]->stored.order.id.ToString());
    });
  }
  clients.clear();
  EXPECT_THAT(ids, SizeIs(1));
  EXPECT_EQ(earlier, 49);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 999);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 1);
}

// Batches that hold the same request ids in another order would deadlock unless they are inserted sorted.
TEST_F(AcceptIntegrationTest, CrossingRepeatsDoNotDeadlock) {
  world_.SetStock(ProductNumber(1), 1'000'000);
  auto other = world_.OpenStore();
  for (std::uint32_t round = 0; round < 20; ++round) {
    std::vector<Acceptance> forward, backward;
    for (std::uint32_t n = 0; n < 64; ++n) {
      Acceptance asked = AnAcceptance(1000 * round + n, {ALine(1)});
      forward.push_back(asked);
      asked.order.id = OrderNumber(500'000 + 1000 * round + n);
      asked.event_id = EventNumber(500'000 + 1000 * round + n);
      backward.insert(backward.begin(), asked);
    }
    std::barrier start(2);
    Results first, second;
    std::jthread a([&] { start.arrive_and_wait(), first = Accept(lane_, world_.store(), forward); });
    std::jthread b([&] { start.arrive_and_wait(), second = Accept(lane_, *other, backward); });
    a.join(), b.join();
    EXPECT_THAT(first, Each(IsOk()));
    EXPECT_THAT(second, Each(IsOk()));
  }
  EXPECT_EQ(world_.metrics().retries_deadlock.Value(), 0);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 20 * 64);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 1'000'000 - 20 * 64);
}

TEST_F(AcceptIntegrationTest, FourWritersOfRandomLinesNeverDeadlock) {
  constexpr std::uint32_t kProducts = 1000;
  world_.Run(absl::StrCat("INSERT INTO catalog.stock (product_id, available) SELECT ('",
                          ProductNumber(0).ToString().substr(0, 24),
                          "' || lpad(to_hex(1000000 + n), 12, '0'))::uuid, "
                          "1000000000 FROM generate_series(1, ",
                          kProducts, ") n"));
  const char* seconds = std::getenv("ORDERMESH_WRITERS_SECONDS");
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::seconds(seconds == nullptr ? 10 : std::atoi(seconds));
  auto other = world_.OpenStore();
  base::UuidV7Source ids(base::SystemClock(), base::SystemRandom());
  std::atomic<std::int64_t> stored{0}, cancelled{0};
  std::vector<std::jthread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      aio::ThreadLane lane(base::SystemTimer());
      std::mt19937 random(writer);
      OrderStore& store = writer % 2 == 0 ? world_.store() : *other;
      while (std::chrono::steady_clock::now() < end) {
        std::vector<Acceptance> batch;
        for (int order = 0; order < 38; ++order) {  // 190 lines
          std::vector<domain::OrderLine> lines;
          for (int line = 0; line < 5; ++line) lines.push_back(ALine(1 + random() % kProducts));
          Acceptance asked = AnAcceptance(1, std::move(lines));
          asked.order.id = ids.Next();
          asked.event_id = ids.Next();
          asked.request_id = asked.order.id.ToString();
          batch.push_back(std::move(asked));
        }
        const domain::OrderId last = batch.back().order.id;
        const Results results = Accept(lane, store, std::move(batch));
        // On a slow machine some wait for a lock longer than they may; of those nothing is stored.
        for (const auto& result : results) {
          if (result.ok()) {
            ++stored;
          } else {
            ASSERT_EQ(domain::RefusalOf(result.status()).reason, reasons::kLocked) << result.status();
          }
        }
        if (!results.back().ok()) continue;
        // Stock is given back at the same time.
        const OrderMove move{.caller = "default", .id = last, .to = OrderState::kCancelled, .event_id = ids.Next()};
        const auto done = aio::RunSync(lane, [&] { return store.Move({lane}, move); });
        if (done.ok()) {
          ++cancelled;
        } else {
          ASSERT_EQ(domain::RefusalOf(done.status()).reason, reasons::kLocked);
        }
      }
    });
  }
  writers.clear();
  EXPECT_GT(stored, 0);
  EXPECT_EQ(world_.metrics().retries_deadlock.Value(), 0);
  EXPECT_EQ(world_.Number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), stored);
  EXPECT_EQ(world_.Number("SELECT sum(reserved)::bigint FROM catalog.stock"), 5 * (stored - cancelled));
  EXPECT_EQ(world_.Number("SELECT sum(available + reserved)::bigint FROM catalog.stock"), 1'000'000'000LL * kProducts);
}

// The commit is held up by a trigger that runs in it, and the session is ended there: nothing is committed, and nobody
// on this side knows.
TEST_F(AcceptIntegrationTest, ASessionThatEndsBeforeItsCommitIsResolvedByRunningTheBatchAgain) {
  world_.SetStock(ProductNumber(1), 100);
  world_.Run(
      "CREATE FUNCTION public.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; "
      "END $$;"
      "CREATE CONSTRAINT TRIGGER dawdle AFTER INSERT ON orders.outbox DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION public.dawdle();");
  Results results;
  std::jthread client([&] {
    results = Accept(lane_, world_.store(), {AnAcceptance(1, {ALine(1, 2)}), AnAcceptance(2, {ALine(1, 3)})});
  });
  WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'PgSleep'"));
  // The trigger goes as soon as the session that runs it has ended.
  world_.Run("SELECT pg_terminate_backend(pid) " + Backends("query = 'COMMIT'") +
             "; DROP TRIGGER dawdle ON orders.outbox");
  client.join();
  ASSERT_THAT(results, ElementsAre(IsOk(), IsOk()));
  EXPECT_FALSE(results[0]->earlier);
  EXPECT_EQ(world_.metrics().unknown_outcomes.Value(), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 2);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 2);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 95);
}

// The commit is on disk and waits for a standby that isn't there when its session is ended: it happened, and nobody on
// this side knows.
TEST_F(AcceptIntegrationTest, ASessionThatEndsBehindItsCommitIsResolvedByRunningTheBatchAgain) {
  world_.SetStock(ProductNumber(1), 100);
  world_.Run("SET synchronous_commit = local");  // of this session, which commits meanwhile
  world_.Run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
  world_.Run("SELECT pg_reload_conf()");
  WaitUntil("SELECT (current_setting('synchronous_standby_names') = 'nobody')::int::bigint");
  Results results;
  std::jthread client([&] {
    results = Accept(lane_, world_.store(), {AnAcceptance(1, {ALine(1, 2)}), AnAcceptance(2, {ALine(1, 3)})});
  });
  WaitUntil("SELECT count(*) " + Backends("query = 'COMMIT' AND wait_event = 'SyncRep'"));
  world_.Run("ALTER SYSTEM RESET synchronous_standby_names");
  world_.Run("SELECT pg_terminate_backend(pid) " + Backends("wait_event = 'SyncRep'") + "; SELECT pg_reload_conf()");
  client.join();
  ASSERT_THAT(results, ElementsAre(IsOk(), IsOk()));
  EXPECT_FALSE(results[0]->earlier);  // its own
  EXPECT_EQ(results[0]->stored.order.id, OrderNumber(1));
  EXPECT_THAT(results[1]->stored.order.content.lines, SizeIs(1));
  EXPECT_EQ(world_.metrics().unknown_outcomes.Value(), 1);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 2);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 2);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 95);
}

TEST_F(AcceptIntegrationTest, SessionsThatDiedWhileIdleCostNobodyAnything) {
  world_.SetStock(ProductNumber(1), 100);
  for (std::uint32_t n = 1; n <= 4; ++n) {
    ASSERT_THAT(Accept(lane_, world_.store(), {AnAcceptance(n, {ALine(1)})}), ElementsAre(IsOk()));
    world_.Run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
        "application_name LIKE 'ordermesh-gateway%'");
  }
  EXPECT_THAT(Cancel(lane_, world_.store(), 1), IsOk());
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 97);
}

TEST_F(AcceptIntegrationTest, OnlyTheOrdersWhoseStockIsHeldAreRefused) {
  for (std::uint32_t product = 1; product <= 3; ++product) world_.SetStock(ProductNumber(product), 100);
  postgres::Connection holder({.url = world_.url(), .application_name = "holder"});
  ASSERT_THAT(holder.Run(absl::StrCat("BEGIN; SELECT * FROM catalog.stock WHERE product_id = '",
                                      ProductNumber(2).ToString(), "' FOR UPDATE")),
              IsOk());
  const Results results =
      Accept(lane_, world_.store(),
             {AnAcceptance(1, {ALine(1)}), AnAcceptance(2, {ALine(1), ALine(2)}), AnAcceptance(3, {ALine(3)})});
  ASSERT_THAT(results, ElementsAre(IsOk(), StatusIs(absl::StatusCode::kUnavailable), IsOk()));
  EXPECT_EQ(domain::RefusalOf(results[1].status()).reason, reasons::kLocked);
  EXPECT_TRUE(domain::RefusalOf(results[1].status()).retry_after.has_value());
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.orders"), 2);
  ASSERT_THAT(holder.Run("ROLLBACK"), IsOk());
  EXPECT_THAT(Accept(lane_, world_.store(), {AnAcceptance(2, {ALine(1), ALine(2)})}), ElementsAre(IsOk()));
}

// Validation refuses U+0000, which is valid UTF-8 and which PostgreSQL can't store.
TEST_F(AcceptIntegrationTest, OnePoisonOrderFailsAlone) {
  world_.SetStock(ProductNumber(1), 100);
  Acceptance poison = AnAcceptance(2, {ALine(1)});
  poison.order.content.note = std::string("a\0b", 3);
  const Results results =
      Accept(lane_, world_.store(), {AnAcceptance(1, {ALine(1)}), poison, AnAcceptance(3, {ALine(1)})});
  EXPECT_THAT(results, ElementsAre(IsOk(), StatusIs(absl::StatusCode::kInvalidArgument), IsOk()));
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 98);
  EXPECT_EQ(world_.metrics().one_by_one_data.Value(), 1);
}

// Someone else ships the order while the cancellation waits for its lock: the cancellation must judge what it finds
// then.
TEST_F(AcceptIntegrationTest, ACancellationThatWaitedForAShipmentIsRefused) {
  world_.SetStock(ProductNumber(1), 100);
  ASSERT_THAT(Accept(lane_, world_.store(), {AnAcceptance(1, {ALine(1)})}), ElementsAre(IsOk()));
  postgres::Connection shipper({.url = world_.url(), .application_name = "shipper"});
  const std::string id = OrderNumber(1).ToString();
  ASSERT_THAT(shipper.Run(absl::StrCat("BEGIN; SELECT 1 FROM orders.orders WHERE id = '", id, "' FOR UPDATE")), IsOk());
  absl::StatusOr<domain::Order> cancelled;
  std::jthread client([&] { cancelled = Cancel(lane_, world_.store(), 1); });
  WaitUntil("SELECT count(*) " + Backends("wait_event_type = 'Lock'"));
  ASSERT_THAT(shipper.Run(absl::StrCat("UPDATE orders.orders SET state = 4, version = version + 1 WHERE id = '", id,
                                       "'; COMMIT")),
              IsOk());
  client.join();
  EXPECT_THAT(cancelled, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 99);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 1);
}

// A cancellation and another change of the same order that cross: one is held up in the middle until the other waits
// for it. Their events stand in the outbox in the order of their versions.
class CrossingChangesTest : public AcceptIntegrationTest {
 protected:
  // As long as it takes until the other waits.
  CrossingChangesTest()
      : AcceptIntegrationTest({.statement_timeout = absl::Seconds(30), .lock_timeout = absl::Seconds(30)}) {
    world_.SetStock(ProductNumber(1), 100);
    EXPECT_THAT(Accept(lane_, world_.store(), {AnAcceptance(1, {ALine(1)})}), ElementsAre(IsOk()));
  }

  // Locks the order and nothing more, as its first statement: no transaction id yet.
  std::string BeginPaying() const {
    return absl::StrCat("BEGIN; SELECT 1 FROM orders.orders WHERE id = '", id_, "' FOR UPDATE");
  }
  // Pays the order if it is ACCEPTED, and notes it down whatever it is: each a new version with its event.
  std::string PayAndNote() const {
    const std::string event =
        " RETURNING id, version) INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) "
        "SELECT gen_random_uuid(), id, 'other', convert_to(id || ' v' || version, 'UTF8') FROM changed; ";
    return absl::StrCat("WITH changed AS (UPDATE orders.orders SET state = 3, version = version + 1 WHERE id = '", id_,
                        "' AND state = 1", event, "WITH changed AS (UPDATE orders.orders SET version = version + 1 ",
                        "WHERE id = '", id_, "'", event, "COMMIT");
  }
  std::vector<std::int64_t> Versions() {
    std::vector<std::int64_t> versions;
    for (const FakeOrderStore::Event& event : world_.Events()) versions.push_back(event.version);
    return versions;
  }
  std::int64_t State() { return world_.Number("SELECT state::bigint FROM orders.orders"); }

  const std::string id_ = OrderNumber(1).ToString();
};

TEST_F(CrossingChangesTest, ACancellationThatWaitedComesAfterThePayment) {
  postgres::Connection payer({.url = world_.url(), .application_name = "payer"});
  ASSERT_THAT(payer.Run(BeginPaying()), IsOk());
  absl::StatusOr<domain::Order> cancelled;
  std::jthread client([&] { cancelled = Cancel(lane_, world_.store(), 1); });
  WaitUntil("SELECT count(*) " + Backends("wait_event_type = 'Lock'"));
  // The outbox is read by transaction ids, so one is taken after waiting.
  EXPECT_EQ(world_.Number("SELECT count(*) " + Backends("wait_event_type = 'Lock' AND backend_xid IS NOT NULL")), 0);
  ASSERT_THAT(payer.Run(PayAndNote()), IsOk());
  client.join();
  ASSERT_THAT(cancelled, IsOk());  // what is paid may be cancelled
  EXPECT_EQ(cancelled->version, 4);
  EXPECT_THAT(Versions(), ElementsAre(1, 2, 3, 4));  // accepted, paid, noted, cancelled
  EXPECT_EQ(world_.Text("SELECT type FROM orders.outbox ORDER BY xid DESC, position DESC"), "CANCELLED");
  EXPECT_EQ(State(), 2);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 100);
}

TEST_F(CrossingChangesTest, APaymentThatWaitedFindsTheOrderCancelled) {
  // The cancellation is held up at its event, when it has changed the order: while it can see the mark.
  world_.Run(
      "CREATE TABLE public.mark AS SELECT true AS held; GRANT SELECT ON public.mark TO PUBLIC;"
      "CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "WHILE EXISTS (SELECT FROM public.mark) LOOP PERFORM pg_sleep(0.01); END LOOP; RETURN NULL; END $$;"
      "CREATE TRIGGER wait AFTER INSERT ON orders.outbox FOR EACH ROW WHEN (NEW.type = 'CANCELLED') "
      "EXECUTE FUNCTION public.wait()");
  absl::StatusOr<domain::Order> cancelled;
  std::jthread client([&] { cancelled = Cancel(lane_, world_.store(), 1); });
  WaitUntil("SELECT count(*) " + Backends("wait_event = 'PgSleep'"));
  absl::Status paid;
  std::jthread other([&] {
    postgres::Connection payer({.url = world_.url(), .application_name = "payer", .lock_timeout = absl::Seconds(30)});
    paid = payer.Run(BeginPaying());
    if (paid.ok()) paid = payer.Run(PayAndNote());
  });
  WaitUntil(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'payer' AND "
      "wait_event_type = 'Lock'");
  world_.Run("DELETE FROM public.mark");
  client.join(), other.join();
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->version, 2);
  EXPECT_THAT(paid, IsOk());
  EXPECT_THAT(Versions(), ElementsAre(1, 2, 3));  // accepted, cancelled, noted; nothing was paid
  EXPECT_EQ(world_.Text("SELECT type FROM orders.outbox ORDER BY xid DESC, position DESC"), "other");
  EXPECT_EQ(State(), 2);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 100);
}

// An invariant that somebody broke: the customer has nothing to do with it, but it must not go unseen.
TEST_F(AcceptIntegrationTest, ACancelWhoseStockHasGoneIsCarriedOutAndToldOf) {
  world_.SetStock(ProductNumber(1), 10);
  world_.SetStock(ProductNumber(2), 10);
  ASSERT_THAT(Accept(lane_, world_.store(), {AnAcceptance(1, {ALine(1, 3), ALine(2, 4)})}), ElementsAre(IsOk()));
  world_.Run(absl::StrCat("DELETE FROM catalog.stock WHERE product_id = '", ProductNumber(2).ToString(), "'"));
  ::testing::internal::CaptureStderr();
  const absl::StatusOr<domain::Order> cancelled = Cancel(lane_, world_.store(), 1);
  const std::string log = ::testing::internal::GetCapturedStderr();
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, OrderState::kCancelled);
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 10);
  EXPECT_THAT(log, ::testing::HasSubstr("move_without_stock"));
  EXPECT_THAT(log, ::testing::HasSubstr(ProductNumber(2).ToString()));
  EXPECT_THAT(log, ::testing::Not(::testing::HasSubstr(ProductNumber(1).ToString())));
}

// Cancelling the same order from two sides gives its stock back once.
TEST_F(AcceptIntegrationTest, CancellingFromTwoSidesGivesTheStockBackOnce) {
  world_.SetStock(ProductNumber(1), 1000);
  auto other = world_.OpenStore();
  for (std::uint32_t n = 1; n <= 20; ++n) {
    ASSERT_THAT(Accept(lane_, world_.store(), {AnAcceptance(n, {ALine(1, 7)})}), ElementsAre(IsOk()));
    std::barrier start(2);
    absl::StatusOr<domain::Order> first, second;
    std::jthread a([&] { start.arrive_and_wait(), first = Cancel(lane_, world_.store(), n); });
    std::jthread b([&] { start.arrive_and_wait(), second = Cancel(lane_, *other, n); });
    a.join(), b.join();
    EXPECT_THAT(first, IsOk());
    EXPECT_THAT(second, IsOk());
  }
  EXPECT_EQ(world_.Stock(ProductNumber(1)), 1000);
  EXPECT_EQ(world_.Number("SELECT count(*) FROM orders.outbox"), 40);
}

}  // namespace
}  // namespace ordermesh::gateway
