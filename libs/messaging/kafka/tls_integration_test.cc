// Every client against a broker that wants TLS and a login: let in, and refused for a reason that is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>

#include <memory>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/broker_errors.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/kafka/producer.h"
#include "libs/messaging/kafka/topology.h"
#include "libs/messaging/order_topology.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::kafka {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kLong = absl::Seconds(20);
// One look of a dependency check.
constexpr absl::Duration kShort = absl::Milliseconds(300);

class KafkaTlsTest : public ::testing::Test {
 protected:
  // As they should be.
  static Brokers Secured() {
    return {.addresses = Stack::Variable("KAFKA_TLS_BROKERS"),
            .security = "sasl_ssl",
            .ca_file = Stack::Variable("BROKERS_CA_FILE"),
            .sasl_mechanism = "PLAIN",
            .username = Stack::Variable("KAFKA_USERNAME"),
            .password = Stack::Variable("KAFKA_PASSWORD")};
  }
  // What a service's readiness says of these brokers: asked again until the library has told why, as checks are.
  static absl::Status Check(const Brokers& brokers, const char* reason) {
    absl::StatusOr<std::unique_ptr<Cluster>> cluster = Cluster::Connect(brokers, "tls-test");
    if (!cluster.ok()) return cluster.status();
    const absl::Time deadline = absl::Now() + kLong;
    for (;;) {
      absl::Status status = CheckTopology(**cluster, messaging::OrderTopics(), kShort);
      if (absl::StrContains(status.message(), reason) || absl::Now() > deadline) return status;
    }
  }
  static absl::Status Publish(const Brokers& brokers, absl::Duration timeout) {
    Producer producer({.brokers = brokers, .client_id = "tls-test"});
    return producer.Publish({{messaging::kOrderEventsTopic, "key", "value", {}}}, timeout).status;
  }
};

TEST_F(KafkaTlsTest, AdminProducerAndConsumerWorkWithEveryMechanism) {
  for (const char* mechanism : {"PLAIN", "SCRAM-SHA-512"}) {
    Brokers brokers = Secured();
    brokers.sasl_mechanism = mechanism;
    if (brokers.sasl_mechanism != "PLAIN" && rd_kafka_version() < kSoundScram) {
      EXPECT_THAT(Check(brokers, "2.6.1"), StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("2.6.1")));
      continue;
    }
    ASSERT_THAT(EnsureTopics(brokers, messaging::OrderTopics(), kLong), IsOk());
    EXPECT_THAT(Publish(brokers, kLong), IsOk()) << mechanism;
    ASSERT_OK_AND_ASSIGN(
        const std::unique_ptr<Consumer> consumer,
        Consumer::Create(
            {.brokers = brokers, .group = mechanism, .client_id = "tls-test", .topics = {messaging::kOrderEventsTopic}},
            [](const std::string&, std::int32_t) { return Consumer::kBeginning; },
            [](const std::string&, std::int32_t) {}));
    std::vector<ReceivedRecord> records;
    for (const absl::Time deadline = absl::Now() + kLong; records.empty() && absl::Now() < deadline;) {
      absl::StatusOr<std::vector<ReceivedRecord>> some = consumer->Poll(1, kShort);
      if (some.ok()) records = *std::move(some);
    }
    ASSERT_THAT(records, SizeIs(1)) << mechanism;
    EXPECT_EQ(records[0].value, "value");
  }
}

TEST_F(KafkaTlsTest, AnotherAuthorityIsNotTrusted) {
  Brokers brokers = Secured();
  brokers.ca_file = Stack::Variable("OTHER_CA_FILE");
  EXPECT_THAT(Check(brokers, "certificate"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate verify failed")));
  brokers.ca_file = "";  // nor is it the system's
  EXPECT_THAT(Check(brokers, "certificate"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate verify failed")));
}

TEST_F(KafkaTlsTest, ACertificateForAnotherHostIsRefused) {
  Brokers brokers = Secured();
  // Another way to write 127.0.0.1, which the certificate is for.
  ASSERT_EQ(brokers.addresses.rfind("127.0.0.1:", 0), 0u);
  brokers.addresses.replace(0, 9, "127.1");
  EXPECT_THAT(Check(brokers, "certificate"),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate verify failed")));
}

TEST_F(KafkaTlsTest, AWrongPasswordIsTold) {
  for (const char* mechanism : {"SCRAM-SHA-512", "PLAIN"}) {
    Brokers brokers = Secured();
    brokers.sasl_mechanism = mechanism;
    brokers.password = "hunter2";
    const absl::Status status = Check(brokers, "uthentication failed");
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("uthentication failed"))) << mechanism;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
  }
}

TEST_F(KafkaTlsTest, AProducerTellsTheReasonAndStoresNothing) {
  Brokers brokers = Secured();
  brokers.password = "hunter2";
  EXPECT_THAT(Publish(brokers, absl::Seconds(1)),
              StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("uthentication failed")));
  brokers = Secured();
  brokers.ca_file = Stack::Variable("OTHER_CA_FILE");
  EXPECT_THAT(Publish(brokers, absl::Seconds(1)),
              StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("certificate verify failed")));
}

}  // namespace
}  // namespace ordermesh::kafka
