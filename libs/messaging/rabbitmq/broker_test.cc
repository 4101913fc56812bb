#include "libs/messaging/rabbitmq/broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/rabbitmq/connection.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// There on every machine that tests, and no certificate.
constexpr char kSomeFile[] = "/etc/hostname";

TEST(RabbitBrokerTest, TakesWhatMakesSense) {
  EXPECT_THAT(Broker().Check(), IsOk());
  EXPECT_THAT(Broker{.url = "amqps://u:p@host/"}.Check(), IsOk());
  EXPECT_THAT((Broker{.url = "amqps://u:p@host/", .ca_file = kSomeFile}.Check()), IsOk());
}

TEST(RabbitBrokerTest, RefusesWhatDoesNotAndNamesTheSetting) {
  struct Case {
    const char* setting;
    Broker broker;
  };
  const Case cases[] = {
      {"amqp_url", {.url = "u:secret@host"}},
      {"amqp_ca_file", {.url = "amqp://u:secret@host/", .ca_file = kSomeFile}},
      {"amqp_ca_file", {.url = "amqps://u:secret@host/", .ca_file = "/nowhere/ca.pem"}},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(c.broker.Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                           AllOf(StartsWith(std::string(c.setting) + ":"), Not(HasSubstr("secret")))));
  }
}

TEST(RabbitBrokerTest, AFileWithoutCertificatesIsRefusedBeforeAnythingConnects) {
  Connection connection({.broker = {.url = "amqps://u:secret@127.0.0.1:1/", .ca_file = kSomeFile}, .name = "test"});
  EXPECT_THAT(connection.Connect(), StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("amqp_ca_file:")));
}

}  // namespace
}  // namespace ordermesh::rabbitmq
