// The whole process between a real database and real brokers: crashes, hangs, restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <map>
#include <set>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "libs/wire/order_event.h"
#include "libs/wire/test_orders.h"
#include "services/relay/testing/holds_within.h"
#include "services/relay/testing/relay_process.h"

namespace ordermesh::relay {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::Stack;

constexpr absl::Duration kPatience = absl::Seconds(40);
constexpr char kRabbitmq[] = "rabbitmq";
constexpr char kKafka[] = "kafka";

template <class Done>
bool WaitUntil(Done done, absl::Duration patience = kPatience) {
  return HoldsWithin(patience, done);
}

class RelayTest : public ::testing::Test {
 protected:
  RelayTest() {
    absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    EXPECT_THAT(rabbitmq::DeclareTopology(consumer_, messaging::Notifications()), IsOk());
    EXPECT_THAT(kafka::EnsureTopics({.addresses = Stack::Variable("KAFKA_BROKERS")},
                                    {messaging::OrderEvents(), messaging::CatalogEvents()}, kPatience),
                IsOk());
    EXPECT_THAT(consumer_.Consume(messaging::kNotificationsQueue, 2000), IsOk());
    ReadRabbitmq();
    rabbitmq_got_.clear();
    absl::StatusOr<std::unique_ptr<kafka::Consumer>> reader = kafka::Consumer::Create(
        {.brokers = {.addresses = Stack::Variable("KAFKA_BROKERS")},
         .group = "unused",
         .client_id = "test",
         .topics = {messaging::kOrderEventsTopic}},
        [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
        [](const std::string&, std::int32_t) {});
    EXPECT_THAT(reader, IsOk());
    reader_ = *std::move(reader);
    for (std::int32_t p = 0; p < messaging::kOrderEventsPartitions; ++p) {
      next_[p] = reader_->Watermarks(messaging::kOrderEventsTopic, p, kPatience)->second;
    }
  }

  std::unique_ptr<RelayProcess> Start(std::vector<std::string> variables = {}) {
    return std::make_unique<RelayProcess>(
        std::vector<std::string>{absl::StrCat("--database_url=", database_->UrlAs("ordermesh_relay")),
                                 absl::StrCat("--amqp_url=", Stack::Variable("AMQP_URL")),
                                 absl::StrCat("--kafka_brokers=", Stack::Variable("KAFKA_BROKERS")),
                                 "--lock_timeout_ms=5000", "--publish_timeout_ms=2000"},
        std::move(variables));
  }
  static bool IsActive(const RelayProcess& relay) {
    return relay.Metric(R"(ordermesh_relay_active{sink="rabbitmq"})") == 1 &&
           relay.Metric(R"(ordermesh_relay_active{sink="kafka"})") == 1;
  }

  // Writes `count` events, each of another order; all of one transaction.
  void Append(int count) { Append(database_->admin(), count); }
  void Append(postgres::Connection& connection, int count) {
    const std::string payload = wire::EncodeOrderEvent(wire::AnOrder());
    absl::StatusOr<postgres::Result> rows =
        connection.Execute({"test_append",
                            "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) SELECT "
                            "gen_random_uuid(), gen_random_uuid(), "
                            "'ordermesh.order.accepted.v1', $1 FROM generate_series(1, $2) RETURNING event_id"},
                           postgres::Params().Bytes(payload).Int8(count));
    ASSERT_THAT(rows, IsOk());
    for (int i = 0; i < rows->rows(); ++i) written_.insert(rows->Uuid(i, 0).ToString());
  }
  std::int64_t Cursor(const std::string& sink) {
    absl::StatusOr<postgres::Result> row = database_->admin().Execute(
        {"test_cursor", "SELECT position FROM orders.outbox_cursor WHERE sink = $1"}, postgres::Params().Text(sink));
    return row.ok() && row->rows() == 1 ? row->Int8(0, 0) : 0;
  }
  std::int64_t LastPosition() {
    return database_->admin()
        .Execute({"test_last", "SELECT coalesce(max(position), 0) FROM orders.outbox"})
        ->Int8(0, 0);
  }
  bool CursorsReachTheEnd() {
    return WaitUntil([&] { return Cursor(kRabbitmq) == LastPosition() && Cursor(kKafka) == LastPosition(); });
  }

  // All that was written, and what comes behind it: a queue that was just started may give nothing for a while.
  void ReadRabbitmq() {
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      absl::StatusOr<std::vector<rabbitmq::Delivery>> some = consumer_.Receive(2000, absl::Milliseconds(300));
      if (!some.ok()) continue;  // the broker was away: the next call connects anew
      if (some->empty() && Ids(rabbitmq_got_).size() >= written_.size()) return;
      if (some->empty()) continue;
      for (const rabbitmq::Delivery& delivery : *some) ++rabbitmq_got_[delivery.message.message_id];
      consumer_.Ack(some->back().tag, true).IgnoreError();
    }
  }
  void ReadKafka() {
    for (auto& [partition, next] : next_) {
      for (;;) {
        absl::StatusOr<std::vector<kafka::ReceivedRecord>> records =
            reader_->ReadAt(messaging::kOrderEventsTopic, partition, next, 5000, kPatience);
        if (!records.ok() || records->empty()) break;
        for (const kafka::ReceivedRecord& record : *records) ++kafka_got_[std::string(record.header("ce_id"))];
        next = records->back().offset + 1;
      }
    }
  }
  static std::set<std::string> Ids(const std::map<std::string, int>& got) {
    std::set<std::string> ids;
    for (const auto& [id, times] : got) ids.insert(id);
    return ids;
  }
  static int Repeats(const std::map<std::string, int>& got) {
    int repeats = 0;
    for (const auto& [id, times] : got) repeats += times - 1;
    return repeats;
  }
  // Both brokers have every event that was written, and no other.
  void ExpectAllArrived() {
    ReadRabbitmq();
    ReadKafka();
    EXPECT_EQ(Ids(rabbitmq_got_), written_);
    EXPECT_EQ(Ids(kafka_got_), written_);
  }

  std::unique_ptr<testing::TestDatabase> database_;
  rabbitmq::Connection consumer_{{.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "relay-test"}};
  std::unique_ptr<kafka::Consumer> reader_;
  std::map<std::int32_t, std::int64_t> next_;
  std::set<std::string> written_;
  std::map<std::string, int> rabbitmq_got_, kafka_got_;  // how often, by event id
};

TEST_F(RelayTest, DeliversAndEndsInOrder) {
  Append(1000);
  auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd());
  int code = 0;
  ASSERT_TRUE(WaitUntil([&] { return relay->Get("/readyz", &code), code == 200; }));
  ExpectAllArrived();
  EXPECT_EQ(Repeats(rabbitmq_got_) + Repeats(kafka_got_), 0);
  relay->Signal(SIGTERM);
  EXPECT_EQ(relay->Wait(), 0);
}

TEST_F(RelayTest, ARowThatCommitsLateIsDelivered) {
  postgres::Connection late({.url = database_->url()});
  ASSERT_THAT(late.Begin(), IsOk());
  Append(late, 1);
  Append(10);
  auto relay = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*relay); }));
  // Ten are there to see, and none may go.
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_outbox_depth{sink="kafka"})") == 10; }));
  EXPECT_EQ(relay->Metric(R"(ordermesh_relay_confirmed_total{sink="kafka"})"), 0);
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric("ordermesh_oldest_transaction_pid") == late.backend_pid(); }));
  ASSERT_THAT(late.Commit(), IsOk());
  ASSERT_TRUE(CursorsReachTheEnd());
  ExpectAllArrived();
}

TEST_F(RelayTest, KilledBetweenConfirmAndCursorItRepeatsAndLosesNothing) {
  Append(100);
  auto relay = Start({"ORDERMESH_FAILPOINTS=relay_after_confirm=crash@1"});
  EXPECT_EQ(relay->Wait(), -SIGKILL);
  EXPECT_THAT(relay->Log(), ::testing::HasSubstr(R"("event":"failpoint","name":"relay_after_confirm")"));
  EXPECT_TRUE(Cursor(kRabbitmq) == 0 || Cursor(kKafka) == 0);
  relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd());
  ExpectAllArrived();
  EXPECT_GE(Repeats(rabbitmq_got_) + Repeats(kafka_got_), 100) << "the duplicate was not seen";
}

TEST_F(RelayTest, StoppedPastItsLockTheOldOneOnlyRepeats) {
  auto first = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*first); }));
  auto second = Start();
  int code = 0;
  ASSERT_TRUE(WaitUntil([&] { return second->Get("/readyz", &code), code == 200; })) << "a standby is ready too";
  EXPECT_FALSE(IsActive(*second));
  Append(500);
  ASSERT_TRUE(CursorsReachTheEnd());
  Append(500);
  first->Signal(SIGSTOP);
  Append(500);
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*second); })) << "its lock outlives it";
  ASSERT_TRUE(CursorsReachTheEnd());
  const std::int64_t rabbitmq = Cursor(kRabbitmq), kafka = Cursor(kKafka);
  first->Signal(SIGCONT);
  // Each sink's forwarder learns it by itself.
  ASSERT_TRUE(WaitUntil([&] { return first->Metric(R"(ordermesh_relay_restarts_total{sink="rabbitmq"})") >= 1; }));
  ASSERT_TRUE(WaitUntil([&] { return first->Metric(R"(ordermesh_relay_restarts_total{sink="kafka"})") >= 1; }));
  EXPECT_FALSE(IsActive(*first));
  EXPECT_EQ(Cursor(kRabbitmq), rabbitmq) << "neither back nor forth";
  EXPECT_EQ(Cursor(kKafka), kafka);
  Append(100);
  ASSERT_TRUE(CursorsReachTheEnd());
  ExpectAllArrived();
}

TEST_F(RelayTest, AnUnroutableMessageStaysPendingAndIsCounted) {
  auto relay = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*relay); }));
  rabbitmq::Connection topology({.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "test"});
  ASSERT_THAT(topology.UnbindQueue(messaging::kNotificationsQueue, messaging::kOrdersExchange,
                                   messaging::kNotificationsBinding),
              IsOk());
  Append(5);
  constexpr char kUnroutable[] = R"(ordermesh_relay_unroutable_total{sink="rabbitmq"})";
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(kUnroutable) >= 15; })) << "it rises with each try";
  EXPECT_EQ(Cursor(kRabbitmq), 0);
  EXPECT_TRUE(WaitUntil([&] { return Cursor(kKafka) == LastPosition(); })) << "the other sink goes on";
  ASSERT_THAT(rabbitmq::DeclareTopology(topology, messaging::Notifications()), IsOk());
  ASSERT_TRUE(CursorsReachTheEnd());
  ExpectAllArrived();
}

TEST_F(RelayTest, EachSinkGoesOnWhileTheOtherBrokerIsAway) {
  auto relay = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*relay); }));
  for (const std::string down : {kKafka, kRabbitmq}) {
    const std::string up = down == kKafka ? kRabbitmq : kKafka;
    const std::int64_t before = Cursor(down);
    Stack::Pause(down);
    const absl::Time paused = absl::Now();
    int code = 0;
    std::string says;
    EXPECT_TRUE(WaitUntil([&] { return says = relay->Get("/readyz", &code), code == 503; }));
    EXPECT_LT(absl::Now() - paused, absl::Seconds(10)) << "two, and a busy machine's";
    EXPECT_THAT(says, ::testing::HasSubstr(down));
    relay->Get("/healthz", &code);
    EXPECT_EQ(code, 200);
    Append(50);
    EXPECT_TRUE(WaitUntil([&] { return Cursor(up) == LastPosition(); })) << up << " while " << down << " is away";
    EXPECT_EQ(Cursor(down), before);
    Stack::Resume(down);
    EXPECT_TRUE(CursorsReachTheEnd()) << down << " is back";
  }
  ExpectAllArrived();
}

TEST_F(RelayTest, ABrokerThatIsKilledAndStartedLosesNothing) {
  auto relay = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*relay); }));
  for (const std::string broker : {kRabbitmq, kKafka}) {
    std::jthread writer([&](std::stop_token stop) {
      postgres::Connection connection({.url = database_->url()});
      while (!stop.stop_requested()) {
        Append(connection, 20);
        absl::SleepFor(absl::Milliseconds(20));
      }
    });
    Stack::Kill(broker);
    Stack::Start(broker);
    writer.request_stop();
    writer.join();
    EXPECT_TRUE(CursorsReachTheEnd()) << broker;
    ExpectAllArrived();
  }
}

TEST_F(RelayTest, ADatabaseRestartIsPickedUp) {
  auto relay = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*relay); }));
  Append(100);
  Stack::Kill("postgres");
  int code = 0;
  EXPECT_TRUE(WaitUntil([&] { return relay->Get("/readyz", &code), code == 503; }));
  Stack::Start("postgres");
  EXPECT_TRUE(WaitUntil([&] { return relay->Get("/readyz", &code), code == 200; }));
  ASSERT_TRUE(WaitUntil([&] { return database_->admin().Run("SELECT 1").ok(); }));
  Append(100);
  ASSERT_TRUE(CursorsReachTheEnd());
  ExpectAllArrived();
}

TEST_F(RelayTest, ARestoredDatabaseIsNamedAndHoldsEverythingBack) {
  auto relay = Start();
  ASSERT_TRUE(WaitUntil([&] { return IsActive(*relay); }));
  relay->Signal(SIGTERM);
  EXPECT_EQ(relay->Wait(), 0);
  ASSERT_THAT(database_->admin().Run("UPDATE orders.outbox_cursor SET xid = '99999999'"), IsOk());
  Append(5);
  relay = Start();
  std::string says;
  EXPECT_TRUE(WaitUntil([&] {
    return absl::StrContains(says = relay->Get("/readyz"), "the database was restored; see docs/runbooks/restore.md");
  })) << says;
  EXPECT_TRUE(WaitUntil([&] { return absl::StrContains(relay->Log(), R"("event":"relay_interrupted")"); }));
  EXPECT_FALSE(IsActive(*relay));
  ASSERT_THAT(database_->admin().Run("UPDATE orders.outbox_cursor SET xid = '0', position = 0"), IsOk());
  ASSERT_TRUE(CursorsReachTheEnd()) << "decided, it goes on by itself";
  ExpectAllArrived();
}

}  // namespace
}  // namespace ordermesh::relay
