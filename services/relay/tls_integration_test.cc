// The whole process with brokers as managed services offer them: over TLS, with a login.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/exit_codes.h"
#include "libs/messaging/catalog_topology.h"
#include "libs/messaging/kafka/admin.h"
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
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::Duration kPatience = absl::Seconds(20);

template <class Done>
bool WaitUntil(Done done) {
  return HoldsWithin(kPatience, done);
}

class RelayTlsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(database_, testing::TestDatabase::Create()); }

  std::unique_ptr<RelayProcess> Start(const char* ca_file) {
    return std::make_unique<RelayProcess>(std::vector<std::string>{
        absl::StrCat("--database_url=", database_->UrlAs("ordermesh_relay")),
        absl::StrCat("--amqp_url=", Stack::Variable("AMQP_TLS_URL")),
        absl::StrCat("--amqp_ca_file=", Stack::Variable(ca_file)),
        absl::StrCat("--kafka_brokers=", Stack::Variable("KAFKA_TLS_BROKERS")), "--kafka_security=sasl_ssl",
        absl::StrCat("--kafka_ca_file=", Stack::Variable(ca_file)), "--kafka_sasl_mechanism=PLAIN",
        absl::StrCat("--kafka_username=", Stack::Variable("KAFKA_USERNAME")),
        absl::StrCat("--kafka_password=", Stack::Variable("KAFKA_PASSWORD"))});
  }
  std::int64_t Number(const char* name, const char* sql) {
    absl::StatusOr<postgres::Result> row = database_->admin().Execute({name, sql});
    return row.ok() && row->rows() == 1 ? row->Int8(0, 0) : -1;
  }

  std::unique_ptr<testing::TestDatabase> database_;
};

TEST_F(RelayTlsTest, DeliversToBothBrokers) {
  rabbitmq::Connection rabbit({.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "test"});
  ASSERT_THAT(rabbitmq::DeclareTopology(rabbit, messaging::Notifications()), IsOk());
  ASSERT_THAT(kafka::EnsureTopics({.addresses = Stack::Variable("KAFKA_BROKERS")},
                                  {messaging::OrderEvents(), messaging::CatalogEvents()}, kPatience),
              IsOk());
  const std::string payload = wire::EncodeOrderEvent(wire::AnOrder());
  ASSERT_THAT(database_->admin().Execute({"test_append",
                                          "INSERT INTO orders.outbox (event_id, aggregate_id, type, payload) VALUES "
                                          "(gen_random_uuid(), gen_random_uuid(), 'ordermesh.order.accepted.v1', $1)"},
                                         postgres::Params().Bytes(payload)),
              IsOk());
  const auto relay = Start("BROKERS_CA_FILE");
  int ready = 0;
  EXPECT_TRUE(WaitUntil([&] { return !relay->Get("/readyz", &ready).empty() && ready == 200; })) << relay->Log();
  // A cursor moves when its broker has confirmed.
  EXPECT_TRUE(WaitUntil([&] {
    return Number("test_cursors",
                  "SELECT count(*) FROM orders.outbox_cursor WHERE position = (SELECT max(position) FROM "
                  "orders.outbox)") == 2;
  })) << relay->Log();
  relay->Signal(SIGTERM);
  EXPECT_EQ(relay->Wait(), base::kExitOk);
  EXPECT_THAT(relay->Log(), Not(HasSubstr(Stack::Variable("KAFKA_PASSWORD"))));
}

TEST_F(RelayTlsTest, IsNotReadyAndSaysWhyWhileItTrustsNobodyThere) {
  const auto relay = Start("OTHER_CA_FILE");
  EXPECT_TRUE(WaitUntil([&] {
    int code = 0;
    const std::string body = relay->Get("/readyz", &code);
    return code == 503 && absl::StrContains(body, "self-signed certificate") &&
           absl::StrContains(body, "certificate verify failed");
  })) << relay->Get("/readyz");
  relay->Signal(SIGTERM);
  EXPECT_EQ(relay->Wait(), base::kExitOk) << "it waited for its brokers, and did not fail";
}

TEST(RelayStartTest, RefusesSettingsThatContradictEachOther) {
  RelayProcess login({"--kafka_security=ssl", "--kafka_username=somebody"});
  EXPECT_EQ(login.Wait(), base::kExitConfig);
  EXPECT_THAT(login.Log(), HasSubstr("kafka_username: needs kafka_security sasl_ssl"));
  RelayProcess authorities({"--amqp_ca_file=/etc/hostname"});
  EXPECT_EQ(authorities.Wait(), base::kExitConfig);
  EXPECT_THAT(authorities.Log(), HasSubstr("amqp_ca_file: needs an amqp_url that begins with amqps://"));
}

}  // namespace
}  // namespace ordermesh::relay
