// A second feed besides the orders', through the same process: its own tables, places, form, cursors, dead and pruning.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "libs/wire/order_event.h"
#include "libs/wire/test_orders.h"
#include "services/relay/testing/relay_process.h"
#include "services/relay/testing/second_feed.h"

namespace ordermesh::relay {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::Stack;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);
constexpr char kQueue[] = "parcels.test";

template <class Done>
bool WaitUntil(Done done) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!done()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

// The topics and queues of both feeds, from where they end when a test begins.
class FeedsTest : public ::testing::Test {
 protected:
  using Arrived = std::map<std::string, int>;  // how often, by event id

  FeedsTest() {
    absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    EXPECT_THAT(CreateParcelOutbox(database_->admin()), IsOk());
    const kafka::Brokers brokers = {.addresses = Stack::Variable("KAFKA_BROKERS")};
    EXPECT_THAT(kafka::EnsureTopics(brokers, {messaging::OrderEvents(), ParcelFeed().kafka->topic}, kPatience), IsOk());
    EXPECT_THAT(rabbitmq::DeclareTopology(orders_, messaging::Notifications()), IsOk());
    EXPECT_THAT(rabbitmq::DeclareTopology(parcels_, {.exchanges = {ParcelFeed().rabbitmq->exchange},
                                                     .queues = {{.name = kQueue}},
                                                     .bindings = {{kQueue, kParcelsExchange, "#"}}}),
                IsOk());
    EXPECT_THAT(orders_.Consume(messaging::kNotificationsQueue, 2000), IsOk());
    EXPECT_THAT(parcels_.Consume(kQueue, 2000), IsOk());
    Read(orders_);
    Read(parcels_);
    absl::StatusOr<std::unique_ptr<kafka::Consumer>> reader = kafka::Consumer::Create(
        {.brokers = brokers, .group = "unused", .client_id = "test", .topics = {kParcelsTopic}},
        [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
        [](const std::string&, std::int32_t) {});
    EXPECT_THAT(reader, IsOk());
    reader_ = *std::move(reader);
    for (std::int32_t p = 0; p < messaging::kOrderEventsPartitions; ++p) next_[{messaging::kOrderEventsTopic, p}] = 0;
    next_[{kParcelsTopic, 0}] = 0;
    for (auto& [at, next] : next_) next = reader_->Watermarks(at.first, at.second, kPatience)->second;
  }

  std::unique_ptr<RelayProcess> Start(std::vector<std::string> more = {}, std::vector<std::string> variables = {}) {
    std::vector<std::string> flags = {absl::StrCat("--database_url=", database_->UrlAs("ordermesh_relay")),
                                      absl::StrCat("--amqp_url=", Stack::Variable("AMQP_URL")),
                                      absl::StrCat("--kafka_brokers=", Stack::Variable("KAFKA_BROKERS"))};
    flags.insert(flags.end(), more.begin(), more.end());
    return std::make_unique<RelayProcess>(flags, std::move(variables));
  }

  // Writes `count` events of each feed, each of another subject.
  void Append(int count) {
    const std::string order = wire::EncodeOrderEvent(wire::AnOrder());
    Append({"test_orders",
            "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) SELECT gen_random_uuid(), "
            "gen_random_uuid(), 'ordermesh.order.accepted.v1', $1 FROM generate_series(1, $2) RETURNING event_id"},
           order, count, written_orders_);
    Append(
        {"test_parcels",
         "INSERT INTO parcels.outbox (event_id, aggregate_id, type, payload) SELECT gen_random_uuid(), 'PARCEL ' || n, "
         "'test.parcel.sent.v1', $1 FROM generate_series(1, $2) n RETURNING event_id"},
        R"({"weight":7})", count, written_parcels_);
  }
  void Append(const postgres::Statement& insert, const std::string& payload, int count, std::set<std::string>& ids) {
    absl::StatusOr<postgres::Result> rows =
        database_->admin().Execute(insert, postgres::Params().Bytes(payload).Int8(count));
    ASSERT_THAT(rows, IsOk());
    for (int i = 0; i < rows->rows(); ++i) ids.insert(rows->Uuid(i, 0).ToString());
  }
  bool CursorsReachTheEnd() {
    constexpr char kBehind[] =
        "SELECT (SELECT count(*) FROM orders.outbox_cursor c WHERE position = (SELECT max(position) FROM "
        "orders.outbox)) "
        "+ (SELECT count(*) FROM parcels.outbox_cursor c WHERE position = (SELECT max(position) FROM parcels.outbox))";
    return WaitUntil([&] { return Number("test_behind", kBehind) == 4; });
  }
  std::int64_t Number(const char* name, const char* sql) {
    absl::StatusOr<postgres::Result> row = database_->admin().Execute({name, sql});
    return row.ok() && row->rows() == 1 ? row->Int8(0, 0) : -1;
  }

  static Arrived Read(rabbitmq::Connection& queue, rabbitmq::Message* last = nullptr) {
    Arrived arrived;
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      absl::StatusOr<std::vector<rabbitmq::Delivery>> some = queue.Receive(2000, absl::Milliseconds(300));
      if (!some.ok()) continue;
      if (some->empty()) break;
      for (const rabbitmq::Delivery& delivery : *some) ++arrived[delivery.message.message_id];
      if (last != nullptr) *last = some->back().message;
      queue.Ack(some->back().tag, true).IgnoreError();
    }
    return arrived;
  }
  Arrived Read(const std::string& topic, kafka::ReceivedRecord* last = nullptr) {
    Arrived arrived;
    for (auto& [at, next] : next_) {
      if (at.first != topic) continue;
      for (;;) {
        absl::StatusOr<std::vector<kafka::ReceivedRecord>> records =
            reader_->ReadAt(topic, at.second, next, 5000, kPatience);
        if (!records.ok() || records->empty()) break;
        for (const kafka::ReceivedRecord& record : *records) ++arrived[std::string(record.header("ce_id"))];
        if (last != nullptr) *last = records->back();
        next = records->back().offset + 1;
      }
    }
    return arrived;
  }
  static std::set<std::string> Ids(const Arrived& arrived) {
    std::set<std::string> ids;
    for (const auto& [id, times] : arrived) ids.insert(id);
    return ids;
  }
  // Each feed's events are where they belong, all of them, and nowhere else. How many came more than once.
  int ExpectAllArrived() {
    int repeats = 0;
    const auto expect = [&](const Arrived& arrived, const std::set<std::string>& written) {
      EXPECT_EQ(Ids(arrived), written);
      for (const auto& [id, times] : arrived) repeats += times - 1;
    };
    expect(Read(orders_), written_orders_);
    expect(Read(messaging::kOrderEventsTopic), written_orders_);
    expect(Read(parcels_, &last_message_), written_parcels_);
    expect(Read(kParcelsTopic, &last_record_), written_parcels_);
    return repeats;
  }

  std::unique_ptr<testing::TestDatabase> database_;
  rabbitmq::Connection orders_{{.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "feeds-test"}};
  rabbitmq::Connection parcels_{{.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "feeds-test"}};
  std::unique_ptr<kafka::Consumer> reader_;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> next_;
  std::set<std::string> written_orders_, written_parcels_;
  rabbitmq::Message last_message_;
  kafka::ReceivedRecord last_record_;
};

TEST_F(FeedsTest, EachGoesToItsOwnPlacesInItsOwnForm) {
  Append(300);
  const auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  int code = 0;
  EXPECT_TRUE(WaitUntil([&] { return relay->Get("/readyz", &code), code == 200; })) << relay->Get("/readyz");
  EXPECT_EQ(ExpectAllArrived(), 0);
  EXPECT_EQ(last_message_.routing_key, "test.parcel.sent.v1");
  EXPECT_THAT(last_message_.body, HasSubstr(R"("source":"/test/parcels","subject":"PARCEL )"));
  EXPECT_THAT(last_message_.body, HasSubstr(R"("data":{"weight":7}})"));
  EXPECT_THAT(last_record_.key, HasSubstr("PARCEL "));
  EXPECT_EQ(last_record_.value, R"({"weight":7})");
  EXPECT_EQ(last_record_.header("ce_source"), "/test/parcels");
  for (const char* sink : {"rabbitmq", "kafka", "parcels.rabbitmq", "parcels.kafka"}) {
    EXPECT_EQ(relay->Metric(absl::StrCat("ordermesh_relay_confirmed_total{sink=\"", sink, "\"}")), 300) << sink;
    EXPECT_EQ(relay->Metric(absl::StrCat("ordermesh_relay_active{sink=\"", sink, "\"}")), 1) << sink;
  }
  relay->Signal(SIGTERM);
  EXPECT_EQ(relay->Wait(), 0);
}

TEST_F(FeedsTest, KilledBetweenConfirmAndCursorTheyRepeatAndLoseNothing) {
  Append(100);
  auto relay = Start({}, {"ORDERMESH_FAILPOINTS=relay_after_confirm=crash@1"});
  EXPECT_EQ(relay->Wait(), -SIGKILL);
  relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  EXPECT_GE(ExpectAllArrived(), 100) << "the duplicate was not seen";
}

TEST_F(FeedsTest, ABrokerThatIsKilledAndStartedLosesNothing) {
  const auto relay = Start();
  for (const std::string broker : {"rabbitmq", "kafka"}) {
    Append(50);
    Stack::Kill(broker);
    Append(50);
    Stack::Start(broker);
    EXPECT_TRUE(CursorsReachTheEnd()) << broker;
  }
  ExpectAllArrived();
}

TEST_F(FeedsTest, EachIsPrunedBehindItsOwnCursors) {
  constexpr char kLeft[] = "SELECT (SELECT count(*) FROM orders.outbox) + (SELECT count(*) FROM parcels.outbox)";
  Append(20);
  const auto relay = Start({"--outbox_retention_s=0"});
  EXPECT_TRUE(WaitUntil([&] { return Number("test_left", kLeft) == 0; })) << relay->Log();
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_outbox_pruned_total{feed="orders"})") == 20; }));
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_outbox_pruned_total{feed="parcels"})") == 20; }));
  ExpectAllArrived();
}

TEST_F(FeedsTest, ATypeThatIsNoneOfItsOwnIsBuriedAndTheOthersGoOn) {
  ASSERT_THAT(database_->admin().Run("INSERT INTO parcels.outbox (event_id, aggregate_id, type, payload) VALUES "
                                     "(gen_random_uuid(), 'PARCEL 0', 'ordermesh.order.accepted.v1', '')"),
              IsOk());
  Append(10);
  const auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  ExpectAllArrived();
  EXPECT_EQ(Number("test_dead",
                   "SELECT count(*) FROM parcels.outbox_dead WHERE aggregate_id = 'PARCEL 0' AND reason = 'no event of "
                   "parcels is a ordermesh.order.accepted.v1'"),
            2)
      << "once for each sink";
  EXPECT_EQ(Number("test_dead_orders", "SELECT count(*) FROM orders.outbox_dead"), 0);
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_relay_buried_total{sink="parcels.kafka"})") == 1; }));
}

TEST_F(FeedsTest, ARestoredDatabaseIsNamedWithItsFeed) {
  ASSERT_THAT(database_->admin().Run("INSERT INTO parcels.outbox_cursor (sink, xid, position, system_identifier) "
                                     "SELECT 'kafka', '99999999', 0, system_identifier FROM pg_control_system()"),
              IsOk());
  const auto relay = Start();
  std::string says;
  EXPECT_TRUE(WaitUntil([&] {
    says = relay->Get("/readyz");
    return says.find("the cursor of parcels.kafka stands at transaction 99999999") != std::string::npos;
  })) << says;
}

}  // namespace
}  // namespace ordermesh::relay
