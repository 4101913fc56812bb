// What readers may do to those who write: nothing. Every reader waits for a lock that the test holds, so that no
// machine is too slow for what is asked here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/aio/completion.h"
#include "libs/aio/run_sync.h"
#include "libs/aio/thread_lane.h"
#include "libs/base/timer.h"
#include "libs/base/uuid.h"
#include "libs/testing/fake_call.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/app/intake.h"
#include "services/gateway/testing/fake_validator.h"
#include "tests/integration/gateway/postgres_world.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::FakeCall;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;

constexpr char kSku[] = "1", kOffSale[] = "2";

PostgresOrderStore::Options PatientReaders() {
  PostgresOrderStore::Options options;
  options.statement_timeout = options.lock_timeout = absl::Minutes(2);
  return options;
}

domain::NewOrder ANewOrder(std::string request_id, const char* sku) {
  domain::NewOrder order;
  order.caller = "default";
  order.request_id = std::move(request_id);
  order.customer_id = "CUST-0001";
  order.lines = {{sku, 1}};
  return order;
}

// An intake on the real store, and readers that keep all of the readers' connections and fill their queue.
class ReadersTest : public ::testing::Test {
 protected:
  ReadersTest() {
    world_.SetStock(ProductNumber(1), 1'000'000);
    validator_.TakeOffSale(kOffSale);
    // Whoever reads an order on a reader's session waits for whoever holds the lock.
    world_.Run(
        "CREATE FUNCTION orders.wait_for_test() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_advisory_xact_lock_shared(4711); RETURN true; END $$;"
        "ALTER TABLE orders.orders ENABLE ROW LEVEL SECURITY;"
        "CREATE POLICY readers_wait ON orders.orders USING (CASE current_setting('application_name') "
        "WHEN 'ordermesh-gateway' THEN orders.wait_for_test() ELSE true END) WITH CHECK (true)");
  }
  ~ReadersTest() override { LetReadersGo(); }

  domain::OrderId Store(const std::string& request_id) {
    const absl::StatusOr<domain::Order> order = Accept(request_id, kSku);
    EXPECT_THAT(order, IsOk());
    return order->id;
  }
  absl::StatusOr<domain::Order> Accept(const std::string& request_id, const char* sku) {
    return aio::RunSync(lane_, [&]() -> aio::Task<absl::StatusOr<domain::Order>> {
      FakeCall call(lane_, absl::Seconds(30));
      auto accept = intake_.Accept(call, ANewOrder(request_id, sku));
      co_return co_await accept;
    });
  }
  // Needs an order that they can wait for.
  void SaturateReaders() {
    world_.Run("SELECT pg_advisory_lock(4711)");
    const int readers = options_.query_connections + static_cast<int>(options_.max_waiting);
    for (int i = 0; i < readers; ++i) {
      ++reading_;
      lane_.Post([this] { aio::Spawn(Read()); });
    }
    constexpr char kStuck[] =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = "
        "'ordermesh-gateway' AND wait_event = 'advisory'";
    while (world_.Number(kStuck) < options_.query_connections) base::SystemTimer().SleepFor(absl::Milliseconds(5), {});
    saturated_ = true;
  }
  void LetReadersGo() {
    if (!std::exchange(saturated_, false)) return;
    world_.Run("SELECT pg_advisory_unlock(4711)");
    while (reading_ > 0) base::SystemTimer().SleepFor(absl::Milliseconds(5), {});
  }
  aio::Task<void> Read() {
    auto list = world_.store().List({lane_}, {.filter = {.caller = "default"}, .limit = 1});
    static_cast<void>(co_await list);
    --reading_;
  }

  const PostgresOrderStore::Options options_ = PatientReaders();
  PostgresWorld world_{options_};
  FakeValidator validator_;
  TextEvents events_;
  base::UuidV7Source ids_{base::SystemClock(), base::SystemRandom()};
  const std::atomic<bool> outbox_full_{false};
  base::Metrics metrics_;
  std::atomic<int> reading_{0};
  bool saturated_ = false;
  aio::ThreadLane lane_{base::SystemTimer()};
  Intake intake_{lane_, validator_, world_.store(), events_, ids_, outbox_full_, {}, IntakeMetrics(metrics_)};
};

TEST_F(ReadersTest, WhoeverWritesIsAnsweredWhileEveryReaderIsStuck) {
  const domain::OrderId first = Store("first");
  SaturateReaders();
  EXPECT_THAT(Accept("second", kSku), IsOk());
  EXPECT_THAT(Accept("third", kOffSale), StatusIs(absl::StatusCode::kFailedPrecondition));
  validator_.TakeOffSale(kSku);
  const absl::StatusOr<domain::Order> repeat = Accept("first", kSku);
  ASSERT_THAT(repeat, IsOk());
  EXPECT_EQ(repeat->id, first);
  const OrderMove move{
      .caller = "default", .id = first, .to = domain::OrderState::kCancelled, .event_id = EventNumber(1)};
  const absl::StatusOr<domain::Order> cancelled =
      aio::RunSync(lane_, [&] { return world_.store().Move({lane_}, move); });
  ASSERT_THAT(cancelled, IsOk());
  EXPECT_EQ(cancelled->state, domain::OrderState::kCancelled);
  EXPECT_GT(reading_, 0);
}

// Orders from a few clients, each of which sends the next when the last is answered; one of a hundred is refused.
class Load {
 public:
  Load(aio::Lane& lane, Intake& intake, std::string name) : lane_(lane), intake_(intake), name_(std::move(name)) {}

  // How long the valid ones took; the 99th of a hundred.
  absl::Duration NinetyNinth(int clients, int orders) {
    left_ = orders;
    aio::RunSync(lane_, [&]() -> aio::Task<void> {
      aio::Completion<bool> ended(lane_);
      ended_ = ended.setter();
      running_ = clients;
      for (int i = 0; i < clients; ++i) aio::Spawn(Client());
      co_await ended;
    });
    std::sort(took_.begin(), took_.end());
    return took_[took_.size() * 99 / 100];
  }

 private:
  aio::Task<void> Client() {
    while (left_ > 0) {
      const int n = --left_;
      const bool valid = n % 100 != 0;
      FakeCall call(lane_, absl::Seconds(30));
      const base::SteadyTime began = base::SystemTimer().SteadyNow();
      auto accept = intake_.Accept(call, ANewOrder(absl::StrCat(name_, "-", n), valid ? kSku : kOffSale));
      const absl::StatusOr<domain::Order> answer = co_await accept;
      if (valid) {
        EXPECT_THAT(answer, IsOk());
        took_.push_back(base::SystemTimer().SteadyNow() - began);
      } else {
        EXPECT_THAT(answer, StatusIs(absl::StatusCode::kFailedPrecondition));
      }
    }
    if (--running_ == 0) ended_->SetOnLane(true);
  }

  aio::Lane& lane_;
  Intake& intake_;
  const std::string name_;
  std::optional<aio::Completion<bool>::Setter> ended_;
  int left_ = 0, running_ = 0;
  std::vector<absl::Duration> took_;
};

TEST_F(ReadersTest, ReadersDoNotSlowIntakeDownThoughSomeOrdersAreRefused) {
  Store("first");
  constexpr int kRounds = 9, kClients = 16, kOrders = 400;
  std::vector<absl::Duration> without, with;
  // In turns, so that whatever else the machine does meets both.
  for (int round = 0; round < kRounds; ++round) {
    without.push_back(Load(lane_, intake_, absl::StrCat("without-", round)).NinetyNinth(kClients, kOrders));
    SaturateReaders();
    with.push_back(Load(lane_, intake_, absl::StrCat("with-", round)).NinetyNinth(kClients, kOrders));
    LetReadersGo();
  }
  const auto median = [](std::vector<absl::Duration>& all) {
    std::nth_element(all.begin(), all.begin() + kRounds / 2, all.end());
    return all[kRounds / 2];
  };
  EXPECT_LE(median(with), 2 * median(without));
}

}  // namespace
}  // namespace ordermesh::gateway
