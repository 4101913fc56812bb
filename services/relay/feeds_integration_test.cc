// Both feeds through one process: the orders' and the catalogue's, each with its own tables, places, cursors, dead and
// pruning, while it is killed and while Kafka refuses one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/stream/testing/kafka_operator.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "libs/wire/order_event.h"
#include "libs/wire/test_orders.h"
#include "services/relay/testing/holds_within.h"
#include "services/relay/testing/relay_process.h"

namespace ordermesh::relay {
namespace {

using messaging::kCatalogEventsTopic;
using messaging::kOrderEventsTopic;
using ordermesh::testing::IsOk;
using ordermesh::testing::Stack;
using ::testing::StartsWith;

constexpr absl::Duration kPatience = absl::Seconds(60);
const std::vector<std::string> kSinks = {"rabbitmq", "kafka", "catalog.kafka"};

template <class Done>
bool WaitUntil(Done done) {
  return HoldsWithin(kPatience, done);
}

// The topics and the queue, from where they end when a test begins.
class FeedsTest : public ::testing::Test {
 protected:
  using Arrived = std::map<std::string, int>;  // how often, by event id

  FeedsTest() {
    absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    EXPECT_THAT(kafka::EnsureTopics(brokers_, {messaging::OrderEvents(), messaging::CatalogEvents()}, kPatience),
                IsOk());
    EXPECT_THAT(rabbitmq::DeclareTopology(queue_, messaging::Notifications()), IsOk());
    EXPECT_THAT(queue_.Consume(messaging::kNotificationsQueue, 2000), IsOk());
    ReadQueue();
    absl::StatusOr<std::unique_ptr<kafka::Consumer>> reader = kafka::Consumer::Create(
        {.brokers = brokers_, .group = "unused", .client_id = "test", .topics = {kCatalogEventsTopic}},
        [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
        [](const std::string&, std::int32_t) {});
    EXPECT_THAT(reader, IsOk());
    reader_ = *std::move(reader);
    for (const kafka::TopicSpec& topic : {messaging::OrderEvents(), messaging::CatalogEvents()}) {
      for (std::int32_t partition = 0; partition < topic.partitions; ++partition) {
        next_[{topic.name, partition}] = reader_->Watermarks(topic.name, partition, kPatience)->second;
      }
    }
  }

  std::unique_ptr<RelayProcess> Start(std::vector<std::string> more = {}, std::vector<std::string> variables = {}) {
    std::vector<std::string> flags = {absl::StrCat("--database_url=", database_->UrlAs("ordermesh_relay")),
                                      absl::StrCat("--amqp_url=", Stack::Variable("AMQP_URL")),
                                      absl::StrCat("--kafka_brokers=", brokers_.addresses)};
    flags.insert(flags.end(), more.begin(), more.end());
    return std::make_unique<RelayProcess>(flags, std::move(variables));
  }

  // Writes an event of each of `count` new orders, and as many changes of customers: every time of the same ones, each
  // event with the number of the change as its payload.
  void Append(int count) {
    Append({"test_orders",
            "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) SELECT gen_random_uuid(), "
            "gen_random_uuid(), 'ordermesh.order.accepted.v1', $1 FROM generate_series(1, $2) RETURNING event_id"},
           wire::EncodeOrderEvent(wire::AnOrder()), count, written_orders_);
    Append(
        {"test_changes",
         "INSERT INTO catalog.outbox (event_id, aggregate_id, type, payload) SELECT gen_random_uuid(), 'CUST-' || n, "
         "'ordermesh.catalog.customer_changed.v1', $1 FROM generate_series(1, $2) n RETURNING event_id"},
        absl::StrCat(++changes_), count, written_changes_);
  }
  void Append(const postgres::Statement& insert, const std::string& payload, int count, std::set<std::string>& ids) {
    absl::StatusOr<postgres::Result> rows =
        database_->admin().Execute(insert, postgres::Params().Bytes(payload).Int8(count));
    ASSERT_THAT(rows, IsOk());
    for (int i = 0; i < rows->rows(); ++i) ids.insert(rows->Uuid(i, 0).ToString());
  }
  // With all that is in it.
  void Lose(const kafka::TopicSpec& topic) {
    stream::DeleteTopic(brokers_, topic.name);
    for (auto& [at, next] : next_) next = at.first == topic.name ? 0 : next;
  }
  // Whether all that was written to this outbox is confirmed by so many sinks.
  bool HaveAll(const std::string& schema, int sinks) {
    const std::string sql =
        absl::StrCat("SELECT count(*) FROM ", schema, ".outbox_cursor WHERE position = (SELECT max(position) FROM ",
                     schema, ".outbox)");
    return Number(absl::StrCat("test_done_", schema).c_str(), sql.c_str()) == sinks;
  }
  bool CursorsReachTheEnd() {
    return WaitUntil([&] { return HaveAll("orders", 2) && HaveAll("catalog", 1); });
  }
  std::int64_t Number(const char* name, const char* sql) {
    absl::StatusOr<postgres::Result> row = database_->admin().Execute({name, sql});
    return row.ok() && row->rows() == 1 ? row->Int8(0, 0) : -1;
  }

  Arrived ReadQueue() {
    Arrived arrived;
    const absl::Time deadline = absl::Now() + kPatience;
    while (absl::Now() < deadline) {
      absl::StatusOr<std::vector<rabbitmq::Delivery>> some = queue_.Receive(2000, absl::Milliseconds(300));
      if (!some.ok()) continue;
      if (some->empty()) break;
      for (const rabbitmq::Delivery& delivery : *some) ++arrived[delivery.message.message_id];
      queue_.Ack(some->back().tag, true).IgnoreError();
    }
    return arrived;
  }
  // Partition by partition, in the order of the log.
  std::vector<kafka::ReceivedRecord> ReadTopic(const std::string& topic) {
    std::vector<kafka::ReceivedRecord> all;
    for (auto& [at, next] : next_) {
      if (at.first != topic) continue;
      for (;;) {
        absl::StatusOr<std::vector<kafka::ReceivedRecord>> records =
            reader_->ReadAt(topic, at.second, next, 5000, kPatience);
        if (!records.ok() || records->empty()) break;
        next = records->back().offset + 1;
        for (kafka::ReceivedRecord& record : *records) all.push_back(std::move(record));
      }
    }
    return all;
  }
  static Arrived Count(const std::vector<kafka::ReceivedRecord>& records) {
    Arrived arrived;
    for (const kafka::ReceivedRecord& record : records) ++arrived[std::string(record.header("ce_id"))];
    return arrived;
  }
  // Who drops what he has seen, by its id, has each customer's changes one after the other.
  static void ExpectInOrderForEachKey(const std::vector<kafka::ReceivedRecord>& records) {
    std::set<std::string> seen;
    std::map<std::string, int> last;
    for (const kafka::ReceivedRecord& record : records) {
      if (!seen.insert(std::string(record.header("ce_id"))).second) continue;
      int change = 0;
      ASSERT_TRUE(absl::SimpleAtoi(record.value, &change));
      ASSERT_EQ(change, ++last[record.key]) << record.key;
    }
  }
  // Each feed's events are where they belong, all of them, and nowhere else. How many came more than once.
  int ExpectAllArrived() {
    int repeats = 0;
    const auto expect = [&](const Arrived& arrived, const std::set<std::string>& written) {
      std::set<std::string> ids;
      for (const auto& [id, times] : arrived) {
        ids.insert(id);
        repeats += times - 1;
      }
      EXPECT_EQ(ids, written);
    };
    const std::vector<kafka::ReceivedRecord> changes = ReadTopic(kCatalogEventsTopic);
    expect(ReadQueue(), written_orders_);
    expect(Count(ReadTopic(kOrderEventsTopic)), written_orders_);
    expect(Count(changes), written_changes_);
    ExpectInOrderForEachKey(changes);
    if (!changes.empty()) last_change_ = changes.back();
    return repeats;
  }

  const kafka::Brokers brokers_ = {.addresses = Stack::Variable("KAFKA_BROKERS")};
  std::unique_ptr<testing::TestDatabase> database_;
  rabbitmq::Connection queue_{{.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "feeds-test"}};
  std::unique_ptr<kafka::Consumer> reader_;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> next_;
  std::set<std::string> written_orders_, written_changes_;
  int changes_ = 0;  // of each customer
  kafka::ReceivedRecord last_change_;
};

TEST_F(FeedsTest, EachGoesToItsOwnPlacesInItsOwnForm) {
  for (int i = 0; i < 3; ++i) Append(100);
  const auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  int code = 0;
  EXPECT_TRUE(WaitUntil([&] { return relay->Get("/readyz", &code), code == 200; })) << relay->Get("/readyz");
  EXPECT_EQ(ExpectAllArrived(), 0);
  EXPECT_THAT(last_change_.key, StartsWith("CUST-"));
  EXPECT_EQ(last_change_.value, "3");
  EXPECT_EQ(last_change_.header("ce_source"), "/ordermesh/catalog");
  EXPECT_EQ(last_change_.header("ce_type"), "ordermesh.catalog.customer_changed.v1");
  EXPECT_EQ(last_change_.header("ce_subject"), last_change_.key);
  for (const std::string& sink : kSinks) {
    EXPECT_EQ(relay->Metric(absl::StrCat("ordermesh_relay_confirmed_total{sink=\"", sink, "\"}")), 300) << sink;
    EXPECT_EQ(relay->Metric(absl::StrCat("ordermesh_relay_active{sink=\"", sink, "\"}")), 1) << sink;
  }
  EXPECT_EQ(relay->Metric(R"(ordermesh_relay_active{sink="catalog.rabbitmq"})"), -1) << "RabbitMQ gets nothing of it";
  relay->Signal(SIGTERM);
  EXPECT_EQ(relay->Wait(), 0);
}

// Three sinks have something to confirm each time, so that the failpoint is passed three times or more.
TEST_F(FeedsTest, KilledBetweenConfirmAndCursorTheyRepeatInOrderAndLoseNothing) {
  for (const char* passage : {"1", "2", "3"}) {
    for (int i = 0; i < 3; ++i) Append(50);
    const auto relay = Start({}, {absl::StrCat("ORDERMESH_FAILPOINTS=relay_after_confirm=crash@", passage)});
    EXPECT_EQ(relay->Wait(), -SIGKILL);
  }
  const auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  EXPECT_GE(ExpectAllArrived(), 150) << "the duplicate was not seen";
}

TEST_F(FeedsTest, KilledAtAnyTimeTheyLoseNothing) {
  for (int kill = 0; kill < 5; ++kill) {
    const auto relay = Start({"--batch_size=10"});
    const int before = changes_;
    // So that each kill finds another part of them sent.
    while (changes_ < before + 5) Append(20);
    EXPECT_TRUE(WaitUntil([&] {
      return relay->Metric(R"(ordermesh_relay_confirmed_total{sink="catalog.kafka"})") >= 10 * kill;
    })) << relay->Log();
    relay->Signal(SIGKILL);
    EXPECT_EQ(relay->Wait(), -SIGKILL);
  }
  const auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  ExpectAllArrived();
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

// Kafka refuses what is for a topic that is gone, until migrate has made it again.
TEST_F(FeedsTest, OrdersGoOnWhileKafkaRefusesTheCatalogues) {
  const auto relay = Start({"--publish_timeout_ms=1000"});
  Lose(messaging::CatalogEvents());
  Append(20);
  EXPECT_TRUE(WaitUntil([&] { return HaveAll("orders", 2); })) << relay->Log();
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_relay_failures_total{sink="catalog.kafka"})") > 1; }));
  Append(20);
  EXPECT_TRUE(WaitUntil([&] { return HaveAll("orders", 2); })) << relay->Log();
  EXPECT_TRUE(HaveAll("catalog", 0));
  ASSERT_THAT(kafka::EnsureTopics(brokers_, {messaging::CatalogEvents()}, kPatience), IsOk());
  EXPECT_TRUE(CursorsReachTheEnd()) << relay->Log();
  ExpectAllArrived();
}

TEST_F(FeedsTest, TheCatalogueGoesOnWhileKafkaRefusesTheOrders) {
  const auto relay = Start({"--publish_timeout_ms=1000"});
  Lose(messaging::OrderEvents());
  Append(20);
  EXPECT_TRUE(WaitUntil([&] { return HaveAll("catalog", 1); })) << relay->Log();
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_relay_failures_total{sink="kafka"})") > 1; }));
  Append(20);
  EXPECT_TRUE(WaitUntil([&] { return HaveAll("catalog", 1) && HaveAll("orders", 1); })) << "RabbitMQ has the orders'";
  ASSERT_THAT(kafka::EnsureTopics(brokers_, {messaging::OrderEvents()}, kPatience), IsOk());
  EXPECT_TRUE(CursorsReachTheEnd()) << relay->Log();
  ExpectAllArrived();
}

TEST_F(FeedsTest, EachIsPrunedBehindItsOwnCursors) {
  constexpr char kLeft[] = "SELECT (SELECT count(*) FROM orders.outbox) + (SELECT count(*) FROM catalog.outbox)";
  Append(20);
  const auto relay = Start({"--outbox_retention_s=0"});
  EXPECT_TRUE(WaitUntil([&] { return Number("test_left", kLeft) == 0; })) << relay->Log();
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_outbox_pruned_total{feed="orders"})") == 20; }));
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_outbox_pruned_total{feed="catalog"})") == 20; }));
  ExpectAllArrived();
}

TEST_F(FeedsTest, ATypeThatIsNoneOfItsOwnIsBuriedAndTheOthersGoOn) {
  ASSERT_THAT(database_->admin().Run("INSERT INTO catalog.outbox (event_id, aggregate_id, type, payload) VALUES "
                                     "(gen_random_uuid(), 'CUST-0', 'ordermesh.order.accepted.v1', '')"),
              IsOk());
  Append(10);
  const auto relay = Start();
  ASSERT_TRUE(CursorsReachTheEnd()) << relay->Log();
  ExpectAllArrived();
  EXPECT_EQ(Number("test_dead",
                   "SELECT count(*) FROM catalog.outbox_dead WHERE sink = 'kafka' AND aggregate_id = 'CUST-0' AND "
                   "reason = 'no event of catalog is a ordermesh.order.accepted.v1'"),
            1);
  EXPECT_EQ(Number("test_dead_orders", "SELECT count(*) FROM orders.outbox_dead"), 0);
  EXPECT_TRUE(WaitUntil([&] { return relay->Metric(R"(ordermesh_relay_buried_total{sink="catalog.kafka"})") == 1; }));
}

TEST_F(FeedsTest, ARestoredDatabaseIsNamedWithItsFeed) {
  ASSERT_THAT(database_->admin().Run("INSERT INTO catalog.outbox_cursor (sink, xid, position, system_identifier) "
                                     "SELECT 'kafka', '99999999', 0, system_identifier FROM pg_control_system()"),
              IsOk());
  const auto relay = Start();
  std::string says;
  EXPECT_TRUE(WaitUntil([&] {
    return absl::StrContains(says = relay->Get("/readyz"),
                             "the cursor of catalog.kafka stands at transaction 99999999");
  })) << says;
}

TEST_F(FeedsTest, AMigrationThatIsMissingIsNamed) {
  ASSERT_THAT(database_->admin().Run("DELETE FROM ordermesh.migrations WHERE name = 'catalog/0006_outbox'"), IsOk());
  const auto relay = Start();
  std::string says;
  EXPECT_TRUE(WaitUntil([&] {
    return absl::StrContains(says = relay->Get("/readyz"),
                             "migration catalog/0006_outbox is not applied; run ordermesh-migrate");
  })) << says;
}

}  // namespace
}  // namespace ordermesh::relay
