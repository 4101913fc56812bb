// Connections over TLS to a real broker: made, and refused for a reason that is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"
#include "libs/testing/tcp_proxy.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using ordermesh::testing::TcpProxy;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::Duration kLong = absl::Seconds(10);
constexpr char kQueue[] = "tls-test";

class RabbitTlsTest : public ::testing::Test {
 protected:
  // As it should be.
  static Broker Secured() {
    return {.url = Stack::Variable("AMQP_TLS_URL"), .ca_file = Stack::Variable("BROKERS_CA_FILE")};
  }
  static Broker Changed(const char* from, const std::string& to) {
    Broker broker = Secured();
    EXPECT_EQ(absl::StrReplaceAll({{from, to}}, &broker.url), 1);
    return broker;
  }
  static int Port() {
    const std::string url = Secured().url;
    return std::stoi(url.substr(url.rfind(':') + 1));
  }
  static absl::Status Connect(const Broker& broker) {
    return Connection({.broker = broker, .name = "tls-test"}).Connect();
  }
};

TEST_F(RabbitTlsTest, PublishesAndConsumesMoreThanATlsRecordHolds) {
  Connection connection({.broker = Secured(), .name = "tls-test"});
  ASSERT_THAT(connection.DeclareExchange(kQueue, "topic"), IsOk());
  ASSERT_THAT(connection.DeclareQueue({.name = kQueue, .text_arguments = {{"x-queue-type", "quorum"}}}), IsOk());
  ASSERT_THAT(connection.BindQueue(kQueue, kQueue, "#"), IsOk());
  // Together more than the sockets' buffers take, so that writes and reads stop in the middle of a record.
  constexpr int kMessages = 40;
  const std::string body(300'000, 'x');
  const std::vector<Message> messages(kMessages, Message{.exchange = kQueue, .routing_key = "k", .body = body});
  const PublishReport report = connection.Publish(messages, kMessages, kLong);
  ASSERT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, Each(Outcome::kConfirmed));
  ASSERT_THAT(connection.Consume(kQueue, kMessages), IsOk());
  int received = 0;
  for (const absl::Time deadline = absl::Now() + kLong; received < kMessages && absl::Now() < deadline;) {
    ASSERT_OK_AND_ASSIGN(const std::vector<Delivery> some, connection.Receive(kMessages, absl::Seconds(1)));
    for (const Delivery& delivery : some) EXPECT_EQ(delivery.message.body, body);
    if (some.empty()) continue;
    ASSERT_THAT(connection.Ack(some.back().tag, true), IsOk());
    received += static_cast<int>(some.size());
  }
  EXPECT_EQ(received, kMessages);
}

TEST_F(RabbitTlsTest, AnIdleConnectionOutlivesItsHeartbeats) {
  Connection idle({.broker = Secured(), .name = "tls-test", .heartbeat = absl::Seconds(1)});
  ASSERT_THAT(idle.DeclareQueue({.name = "tls-idle", .text_arguments = {{"x-queue-type", "quorum"}}}), IsOk());
  ASSERT_THAT(idle.Consume("tls-idle", 1), IsOk());
  // The broker hangs up after two intervals without a beat.
  EXPECT_THAT(idle.Receive(1, absl::Seconds(3)), IsOkAndHolds(SizeIs(0)));
  EXPECT_TRUE(idle.connected());
}

TEST_F(RabbitTlsTest, TheCertificateMayNameTheHost) { EXPECT_THAT(Connect(Changed("127.0.0.1", "localhost")), IsOk()); }

TEST_F(RabbitTlsTest, ACertificateForAnotherHostIsRefused) {
  // Another way to write 127.0.0.1, which the certificate is for.
  EXPECT_THAT(Connect(Changed("127.0.0.1", "127.1")),
              StatusIs(absl::StatusCode::kUnavailable, AllOf(HasSubstr("certificate refused"), HasSubstr("mismatch"))));
}

TEST_F(RabbitTlsTest, AnotherAuthorityIsNotTrusted) {
  Broker broker = Secured();
  broker.ca_file = Stack::Variable("OTHER_CA_FILE");
  EXPECT_THAT(Connect(broker), StatusIs(absl::StatusCode::kUnavailable,
                                        AllOf(HasSubstr("certificate refused"), HasSubstr("self-signed certificate"))));
  broker.ca_file = "";  // nor is it the system's
  EXPECT_THAT(Connect(broker), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate refused")));
}

TEST_F(RabbitTlsTest, AWrongPasswordIsTold) {
  const absl::Status status = Connect(Changed("guest:guest", "guest:hunter2"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kPermissionDenied, HasSubstr("login")));
  EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter2")));
}

TEST_F(RabbitTlsTest, APortWithoutTlsIsTold) {
  Broker broker = Secured();
  broker.url = absl::StrReplaceAll(Stack::Variable("AMQP_URL"), {{"amqp:", "amqps:"}});
  EXPECT_THAT(Connect(broker), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("over TLS")));
}

TEST_F(RabbitTlsTest, AHandshakeThatNobodyAnswersEndsInTime) {
  TcpProxy silent(Port());
  silent.HoldRequests();
  Connection connection({.broker = Changed(absl::StrCat(Port()).c_str(), absl::StrCat(silent.port())),
                         .name = "tls-test",
                         .connect_timeout = absl::Seconds(1)});
  const absl::Time before = absl::Now();
  EXPECT_THAT(connection.Connect(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("timed out")));
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(900));
  EXPECT_LT(absl::Now() - before, absl::Seconds(10));  // one, and a busy machine's; else never
  silent.Release();
  EXPECT_THAT(connection.Connect(), IsOk()) << "the same connection, once the broker answers";
}

}  // namespace
}  // namespace ordermesh::rabbitmq
