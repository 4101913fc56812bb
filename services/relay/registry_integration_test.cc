// With a schema registry: nothing goes to Kafka that the registry does not have, and all that goes carries its framing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/registry/topic_values.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "libs/wire/order_event.h"
#include "libs/wire/registry_framing.h"
#include "libs/wire/test_orders.h"
#include "services/relay/testing/holds_within.h"
#include "services/relay/testing/relay_process.h"

namespace ordermesh::relay {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::Stack;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::Duration kPatience = absl::Seconds(60);

template <class Done>
bool WaitUntil(Done done) {
  return HoldsWithin(kPatience, done);
}

class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest() {
    absl::StatusOr<std::unique_ptr<testing::TestDatabase>> database = testing::TestDatabase::Create();
    EXPECT_THAT(database, IsOk());
    database_ = *std::move(database);
    EXPECT_THAT(kafka::EnsureTopics(brokers_, {messaging::OrderEvents(), messaging::CatalogEvents()}, kPatience),
                IsOk());
    rabbitmq::Connection connection({.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "test"});
    EXPECT_THAT(rabbitmq::DeclareTopology(connection, messaging::Notifications()), IsOk());
    relay_ = std::make_unique<RelayProcess>(std::vector<std::string>{
        absl::StrCat("--database_url=", database_->UrlAs("ordermesh_relay")),
        absl::StrCat("--amqp_url=", Stack::Variable("AMQP_URL")), absl::StrCat("--kafka_brokers=", brokers_.addresses),
        absl::StrCat("--schema_registry_url=", config_.url), "--start_grace_ms=0"});
  }

  void Append() {
    EXPECT_THAT(
        database_->admin().Execute({"test_append",
                                    "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) VALUES "
                                    "(gen_random_uuid(), gen_random_uuid(), 'ordermesh.order.accepted.v1', $1)"},
                                   postgres::Params().Bytes(wire::EncodeOrderEvent(order_))),
        IsOk());
  }
  std::string NotReady() const {
    int code = 0;
    const std::string body = relay_->Get("/readyz", &code);
    return code == 503 ? body : "";
  }
  bool IsReady() const {
    int code = 0;
    relay_->Get("/readyz", &code);
    return code == 200;
  }
  // The values of all records of the orders' topic.
  std::vector<std::string> Values() {
    absl::StatusOr<std::unique_ptr<kafka::Consumer>> reader = kafka::Consumer::Create(
        {.brokers = brokers_, .group = "unused", .client_id = "test", .topics = {messaging::kOrderEventsTopic}},
        [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
        [](const std::string&, std::int32_t) {});
    EXPECT_THAT(reader, IsOk());
    std::vector<std::string> values;
    for (std::int32_t p = 0; p < messaging::kOrderEventsPartitions; ++p) {
      const auto marks = (*reader)->Watermarks(messaging::kOrderEventsTopic, p, kPatience);
      EXPECT_THAT(marks, IsOk());
      for (std::int64_t next = marks->first; next < marks->second;) {
        const auto records = (*reader)->ReadAt(messaging::kOrderEventsTopic, p, next, 100, kPatience);
        EXPECT_THAT(records, IsOk());
        if (!records.ok() || records->empty()) break;
        for (const kafka::ReceivedRecord& record : *records) values.push_back(record.value);
        next = records->back().offset + 1;
      }
    }
    return values;
  }

  const kafka::Brokers brokers_ = {.addresses = Stack::Variable("KAFKA_BROKERS")};
  const registry::RegistryConfig config_ = {.url = Stack::Variable("SCHEMA_REGISTRY_URL")};
  const domain::Order order_ = wire::AnOrder();
  registry::Client client_{config_, base::SystemTimer(), base::SystemRandom()};
  std::unique_ptr<testing::TestDatabase> database_;
  std::unique_ptr<RelayProcess> relay_;
};

TEST_F(RegistryTest, NothingGoesToKafkaBeforeTheRegistryHasItsSchema) {
  // What another system has put there, as an event of ours never was.
  const std::string subject = absl::StrCat(messaging::kOrderEventsTopic, "-value");
  const registry::Schema foreign = {
      .text = "syntax = \"proto3\";\npackage ordermesh.events.v1;\nmessage OrderEvent {\n  int64 order_id = 1;\n}\n"};
  ASSERT_THAT(client_.Register(subject, foreign).status(), IsOk());
  ASSERT_THAT(client_.SetCompatibility(subject, "BACKWARD"), IsOk());
  // So migrate ends with this.
  EXPECT_THAT(registry::RegisterValues(client_, registry::TopicValues(), "BACKWARD"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("not compatible")));

  Append();
  ASSERT_TRUE(WaitUntil([&] { return relay_->Metric(R"(ordermesh_relay_confirmed_total{sink="rabbitmq"})") == 1; }))
      << "RabbitMQ has no schemas, and is not kept waiting";
  ASSERT_TRUE(WaitUntil([&] { return relay_->Metric(R"(ordermesh_relay_failures_total{sink="kafka"})") >= 1; }));
  EXPECT_THAT(NotReady(), HasSubstr("schema_registry"));
  EXPECT_THAT(relay_->Log(), HasSubstr("not compatible"));
  EXPECT_THAT(Values(), ::testing::IsEmpty());

  // As an operator does who knows that nobody reads the foreign one.
  ASSERT_THAT(client_.SetCompatibility(subject, "NONE"), IsOk());
  ASSERT_THAT(registry::RegisterValues(client_, registry::TopicValues(), "BACKWARD"), IsOk());
  ASSERT_TRUE(WaitUntil([&] { return relay_->Metric(R"(ordermesh_relay_confirmed_total{sink="kafka"})") == 1; }));
  EXPECT_TRUE(WaitUntil([&] { return IsReady(); }));

  const std::vector<std::string> values = Values();
  ASSERT_EQ(values.size(), 1u);
  const absl::StatusOr<std::string> framing = registry::FramingOf(client_, registry::TopicValues().front());
  ASSERT_THAT(framing, IsOk());
  EXPECT_EQ(values[0], absl::StrCat(*framing, wire::EncodeOrderEvent(order_)));
}

}  // namespace
}  // namespace ordermesh::relay
