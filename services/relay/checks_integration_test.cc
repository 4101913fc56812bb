// What the relay reports as missing, on real stores.
#include "services/relay/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/test_database.h"
#include "services/relay/store/relay_database.h"

namespace ordermesh::relay {
namespace {

using ::testing::HasSubstr;
using testing::IsOk;
using testing::Stack;
using testing::StatusIs;
using testing::TestDatabase;

constexpr absl::Duration kPatience = absl::Seconds(60);
const rabbitmq::ExchangeSpec kExchange = messaging::OrdersExchange();
const rabbitmq::ExchangeSpec kOther = {"checks-test", "topic"};

// Looks until it is as wanted.
bool Becomes(const Check& check, const ::testing::Matcher<absl::Status>& wanted) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (absl::Now() < deadline) {
    if (wanted.Matches(check())) return true;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return false;
}

void DeleteExchange(const std::string& name) {
  Stack::Rabbitmqctl(absl::StrCat("eval 'rabbit_exchange:delete(rabbit_misc:r(<<\"/\">>, exchange, <<\"", name,
                                  "\">>), false, <<\"test\">>).'"));
}

// A broker that hangs is told of in time to be named within two seconds, and found again.
void ExpectSeesAPause(const char* broker, const Check& check) {
  ASSERT_TRUE(Becomes(check, IsOk()));
  Stack::Pause(broker);
  const absl::Time before = absl::Now();
  EXPECT_FALSE(check().ok());
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));  // one, and a busy machine's; else never
  Stack::Resume(broker);
  EXPECT_TRUE(Becomes(check, IsOk()));
}

class OutboxCheckTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(database_, TestDatabase::Create()); }
  void Run(const std::string& sql) { ASSERT_THAT(database_->admin().Run(sql), IsOk()) << sql; }

  std::unique_ptr<TestDatabase> database_;
};

TEST_P(OutboxCheckTest, TheCursorsMustBeOfThisDatabase) {
  const Check check = OutboxCheck(ServiceDatabase(database_->UrlAs("ordermesh_relay"), {}), {"orders", "catalog"});
  EXPECT_THAT(check(), IsOk()) << "without cursors";
  Run(absl::StrCat("INSERT INTO ", GetParam(),
                   ".outbox_cursor (sink, xid, position, system_identifier) SELECT 'kafka', ",
                   "'0', 0, system_identifier FROM pg_control_system()"));
  EXPECT_THAT(check(), IsOk());
  Run(absl::StrCat("UPDATE ", GetParam(), ".outbox_cursor SET system_identifier = 1"));
  EXPECT_THAT(check(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

INSTANTIATE_TEST_SUITE_P(Feeds, OutboxCheckTest, ::testing::Values("orders", "catalog"),
                         [](const auto& info) { return info.param; });

TEST(OutboxCheckWithoutDatabaseTest, NobodyThereIsUnavailable) {
  EXPECT_THAT(OutboxCheck(ServiceDatabase("postgres://ordermesh_relay@127.0.0.1:1/ordermesh", {}), {"orders"})(),
              StatusIs(absl::StatusCode::kUnavailable));
}

// With an exchange that another has taken its name from, and has made anew.
TEST(RabbitmqCheckTest, TheExchangesMustBeAsDeclared) {
  const rabbitmq::Broker broker = {.url = Stack::Variable("AMQP_URL")};
  rabbitmq::Connection admin({.broker = broker, .name = "checks-test"});
  const Check check = RabbitmqCheck(broker, {kExchange, kOther});
  ASSERT_THAT(admin.DeclareExchange(kExchange.name, kExchange.type), IsOk());
  EXPECT_THAT(check(), StatusIs(absl::StatusCode::kNotFound, HasSubstr(kOther.name)));
  ASSERT_THAT(admin.DeclareExchange(kOther.name, kOther.type), IsOk());
  EXPECT_THAT(check(), IsOk());
  DeleteExchange(kOther.name);
  EXPECT_THAT(check(), StatusIs(absl::StatusCode::kNotFound, HasSubstr(kOther.name)));
  ASSERT_THAT(admin.DeclareExchange(kOther.name, "fanout"), IsOk());
  // Its type is looked at only every tenth time, or on a new connection.
  EXPECT_TRUE(Becomes(check, StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("type"))));
  DeleteExchange(kOther.name);
}

TEST(RabbitmqCheckTest, SeesAPause) {
  const rabbitmq::Broker broker = {.url = Stack::Variable("AMQP_URL")};
  rabbitmq::Connection admin({.broker = broker, .name = "checks-test"});
  ASSERT_THAT(admin.DeclareExchange(kExchange.name, kExchange.type), IsOk());
  ExpectSeesAPause("rabbitmq", RabbitmqCheck(broker, {kExchange}));
}

TEST(KafkaCheckTest, SeesAPause) {
  const kafka::Brokers brokers = {.addresses = Stack::Variable("KAFKA_BROKERS")};
  ASSERT_OK_AND_ASSIGN(const auto cluster, kafka::Cluster::Connect(brokers, "checks-test"));
  const Check check = KafkaCheck(*cluster, {messaging::OrderEvents()});
  ASSERT_THAT(kafka::EnsureTopics(brokers, {messaging::OrderEvents()}, kPatience), IsOk());
  ExpectSeesAPause("kafka", check);
}

TEST(KafkaCheckTest, NobodyThereIsUnavailable) {
  ASSERT_OK_AND_ASSIGN(const auto cluster, kafka::Cluster::Connect({.addresses = "127.0.0.1:1"}, "checks-test"));
  EXPECT_THAT(KafkaCheck(*cluster, {messaging::OrderEvents()})(), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace ordermesh::relay
