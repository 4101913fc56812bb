#include "libs/messaging/kafka/brokers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/kafka/admin.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::kafka {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// There on every machine that tests; what it holds is looked at only when a client is made.
constexpr char kSomeFile[] = "/etc/hostname";

TEST(KafkaBrokersTest, TakesWhatMakesSense) {
  EXPECT_THAT(Brokers().Check(), IsOk());
  EXPECT_THAT(Brokers{.security = "ssl"}.Check(), IsOk());
  for (const char* mechanism : {"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"}) {
    for (const char* security : {"sasl_plaintext", "sasl_ssl"}) {
      const Brokers brokers = {.addresses = "127.0.0.1:1",
                               .security = security,
                               .sasl_mechanism = mechanism,
                               .username = "relay",
                               .password = "secret"};
      EXPECT_THAT(brokers.Check(), IsOk()) << security << " " << mechanism;
      // The library knows them all, too.
      EXPECT_THAT(Cluster::Connect(brokers, "test"), IsOk()) << security << " " << mechanism;
    }
  }
}

TEST(KafkaBrokersTest, RefusesWhatDoesNotAndNamesTheSetting) {
  struct Case {
    const char* setting;
    Brokers brokers;
  };
  const Case cases[] = {
      {"kafka_brokers", {.addresses = ""}},
      {"kafka_security", {.security = ""}},
      {"kafka_security", {.security = "SASL_SSL"}},
      {"kafka_ca_file", {.ca_file = kSomeFile}},
      {"kafka_ca_file", {.security = "ssl", .ca_file = "/nowhere/ca.pem"}},
      {"kafka_ca_file",
       {.security = "sasl_plaintext",
        .ca_file = kSomeFile,
        .sasl_mechanism = "PLAIN",
        .username = "u",
        .password = "secret"}},
      {"kafka_sasl_mechanism", {.sasl_mechanism = "PLAIN"}},
      {"kafka_username", {.security = "ssl", .username = "u"}},
      {"kafka_password", {.password = "secret"}},
      {"kafka_sasl_mechanism", {.security = "sasl_ssl", .username = "u", .password = "secret"}},
      {"kafka_sasl_mechanism",
       {.security = "sasl_ssl", .sasl_mechanism = "GSSAPI", .username = "u", .password = "secret"}},
      {"kafka_username", {.security = "sasl_ssl", .sasl_mechanism = "PLAIN", .password = "secret"}},
      {"kafka_password", {.security = "sasl_plaintext", .sasl_mechanism = "PLAIN", .username = "u"}},
  };
  for (const Case& c : cases) {
    EXPECT_THAT(c.brokers.Check(), StatusIs(absl::StatusCode::kInvalidArgument,
                                            AllOf(StartsWith(std::string(c.setting) + ":"), Not(HasSubstr("secret")))));
    EXPECT_THAT(Cluster::Connect(c.brokers, "test"), StatusIs(absl::StatusCode::kInvalidArgument)) << c.setting;
  }
}

TEST(KafkaBrokersTest, AFileWithoutCertificatesIsRefusedBeforeAnythingConnects) {
  EXPECT_THAT(Cluster::Connect({.security = "ssl", .ca_file = kSomeFile}, "test"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace ordermesh::kafka
