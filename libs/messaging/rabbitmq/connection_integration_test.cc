// Against a real broker; it is killed and started again in the middle.
#include "libs/messaging/rabbitmq/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/messaging/topology.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr absl::Duration kLong = absl::Seconds(10);

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() : connection_(Options()) {
    static int number = 0;
    queue_ = absl::StrCat("test.", getpid(), ".", ++number);
  }

  // The commands of tools/stack may take long, and the connection is not served meanwhile.
  static ConnectionOptions Options(absl::Duration heartbeat = absl::Minutes(5)) {
    return {.url = Stack::Variable("AMQP_URL"), .name = "connection-test", .heartbeat = heartbeat};
  }
  // A quorum queue of its own, bound to the exchange that carries its name.
  void DeclareQueue(int delivery_limit = 3) {
    ASSERT_THAT(connection_.DeclareExchange(queue_, "topic"), IsOk());
    ASSERT_THAT(connection_.DeclareExchange(Dead(), "fanout"), IsOk());
    ASSERT_THAT(connection_.DeclareQueue(Spec(delivery_limit)), IsOk());
    ASSERT_THAT(connection_.DeclareQueue({.name = Dead(), .text_arguments = {{"x-queue-type", "quorum"}}}), IsOk());
    ASSERT_THAT(connection_.BindQueue(Dead(), Dead(), ""), IsOk());
    ASSERT_THAT(connection_.BindQueue(queue_, queue_, "order.#"), IsOk());
  }
  QueueSpec Spec(int delivery_limit) const {
    return {.name = queue_,
            .text_arguments = {{"x-queue-type", "quorum"}, {"x-dead-letter-exchange", Dead()}},
            .int_arguments = {{"x-delivery-limit", delivery_limit}}};
  }
  std::string Dead() const { return absl::StrCat(queue_, ".dead"); }
  Message AMessage(int number, const std::string& key = "order.accepted") const {
    return {.exchange = queue_,
            .routing_key = key,
            .message_id = absl::StrCat("id-", number),
            .type = key,
            .content_type = "application/json",
            .headers = {{"traceparent", "00-1"}},
            .body = absl::StrCat("body-", number)};
  }
  std::vector<Message> Messages(int count) const {
    std::vector<Message> messages;
    for (int i = 0; i < count; ++i) messages.push_back(AMessage(i));
    return messages;
  }
  PublishReport Publish(const std::vector<Message>& messages, int window = 256) {
    return connection_.Publish(messages, window, kLong);
  }
  std::vector<Delivery> ReceiveAll(Connection& connection, std::size_t count) {
    std::vector<Delivery> all;
    const absl::Time deadline = absl::Now() + kLong;
    while (all.size() < count && absl::Now() < deadline) {
      absl::StatusOr<std::vector<Delivery>> some = connection.Receive(100, absl::Seconds(1));
      if (!some.ok()) ADD_FAILURE() << some.status();
      if (!some.ok()) return all;
      for (Delivery& delivery : *some) all.push_back(std::move(delivery));
    }
    return all;
  }

  std::string queue_;
  Connection connection_;
};

TEST_F(ConnectionTest, WhatIsConfirmedIsDeliveredWithAllItsProperties) {
  DeclareQueue();
  EXPECT_THAT(Publish({AMessage(1)}).outcomes, ElementsAre(Outcome::kConfirmed));
  ASSERT_THAT(connection_.Consume(queue_, 10), IsOk());
  std::vector<Delivery> deliveries = ReceiveAll(connection_, 1);
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].message.body, "body-1");
  EXPECT_EQ(deliveries[0].message.message_id, "id-1");
  EXPECT_EQ(deliveries[0].message.type, "order.accepted");
  EXPECT_EQ(deliveries[0].message.content_type, "application/json");
  EXPECT_THAT(deliveries[0].message.headers, ElementsAre(::testing::Pair("traceparent", "00-1")));
  EXPECT_FALSE(deliveries[0].redelivered);
  EXPECT_THAT(connection_.Ack(deliveries[0].tag, false), IsOk());
}

TEST_F(ConnectionTest, ManyBatchesThroughASmallWindow) {
  DeclareQueue();
  for (int batch = 0; batch < 3; ++batch) {
    PublishReport report = Publish(Messages(500), 16);
    EXPECT_THAT(report.status, IsOk());
    EXPECT_THAT(report.outcomes, Each(Outcome::kConfirmed));
  }
  EXPECT_THAT(connection_.CheckQueue(queue_), IsOkAndHolds(1500));
}

TEST_F(ConnectionTest, AnUnroutableMessageIsReturnedAndItsNeighboursAreNot) {
  DeclareQueue();
  PublishReport report = Publish({AMessage(1), AMessage(2, "elsewhere"), AMessage(3)});
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, ElementsAre(Outcome::kConfirmed, Outcome::kReturned, Outcome::kConfirmed));
  ASSERT_THAT(connection_.UnbindQueue(queue_, queue_, "order.#"), IsOk());
  EXPECT_THAT(Publish(Messages(300)).outcomes, Each(Outcome::kReturned));
  ASSERT_THAT(connection_.BindQueue(queue_, queue_, "order.#"), IsOk());
  EXPECT_THAT(Publish(Messages(300)).outcomes, Each(Outcome::kConfirmed));
}

TEST_F(ConnectionTest, ANackedMessageIsUnknown) {
  // A queue that refuses what it has no room for nacks.
  ASSERT_THAT(connection_.DeclareExchange(queue_, "topic"), IsOk());
  ASSERT_THAT(connection_.DeclareQueue({.name = queue_,
                                        .text_arguments = {{"x-overflow", "reject-publish"}},
                                        .int_arguments = {{"x-max-length", 2}}}),
              IsOk());
  ASSERT_THAT(connection_.BindQueue(queue_, queue_, "#"), IsOk());
  PublishReport report = Publish(Messages(4));
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("nacked 2")));
  EXPECT_THAT(report.outcomes,
              ElementsAre(Outcome::kConfirmed, Outcome::kConfirmed, Outcome::kUnknown, Outcome::kUnknown));
  EXPECT_TRUE(connection_.connected()) << "nothing is wrong with the connection";
}

TEST_F(ConnectionTest, WhatIsTooLargeIsRefusedAndTheRestGoesOn) {
  DeclareQueue();
  std::vector<Message> messages = Messages(3);
  messages[0].headers = {{"large", std::string(200'000, 'h')}};
  messages[1].body.assign((16 << 20) + 1, 'b');
  PublishReport report = Publish(messages);
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, ElementsAre(Outcome::kRefused, Outcome::kRefused, Outcome::kConfirmed));
}

TEST_F(ConnectionTest, BodiesOfManyFramesPass) {
  DeclareQueue();
  std::vector<Message> messages = Messages(2);
  messages[0].body.assign(1'000'000, 'b');
  messages[1].body.clear();
  ASSERT_THAT(Publish(messages).outcomes, Each(Outcome::kConfirmed));
  ASSERT_THAT(connection_.Consume(queue_, 10), IsOk());
  std::vector<Delivery> deliveries = ReceiveAll(connection_, 2);
  ASSERT_THAT(deliveries, SizeIs(2));
  EXPECT_EQ(deliveries[0].message.body, messages[0].body);
  EXPECT_EQ(deliveries[1].message.body, "");
}

TEST_F(ConnectionTest, AMissingExchangeIsNotFoundAndTheNextCallGoesOn) {
  PublishReport report = Publish({AMessage(1)});
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kNotFound, HasSubstr(queue_)));
  EXPECT_THAT(report.outcomes, ElementsAre(Outcome::kUnknown));
  DeclareQueue();
  EXPECT_THAT(Publish({AMessage(1)}).outcomes, ElementsAre(Outcome::kConfirmed));
}

TEST_F(ConnectionTest, RejectsCountUntilTheDeadLetters) {
  DeclareQueue(/*delivery_limit=*/2);
  ASSERT_THAT(Publish({AMessage(1)}).status, IsOk());
  ASSERT_THAT(connection_.Consume(queue_, 1), IsOk());
  for (int count = 0; count <= 2; ++count) {
    std::vector<Delivery> deliveries = ReceiveAll(connection_, 1);
    ASSERT_THAT(deliveries, SizeIs(1));
    EXPECT_EQ(deliveries[0].delivery_count, count);
    EXPECT_EQ(deliveries[0].redelivered, count > 0);
    ASSERT_THAT(connection_.Reject(deliveries[0].tag, /*requeue=*/true), IsOk());
  }
  Connection dead(Options());
  ASSERT_THAT(dead.Consume(Dead(), 1), IsOk());
  std::vector<Delivery> deliveries = ReceiveAll(dead, 1);
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_EQ(deliveries[0].message.message_id, "id-1");
  EXPECT_THAT(deliveries[0].message.headers, ::testing::Contains(::testing::Pair("x-first-death-queue", queue_)));
}

TEST_F(ConnectionTest, RejectWithoutRequeueGoesToTheDeadLettersAtOnce) {
  DeclareQueue();
  ASSERT_THAT(Publish({AMessage(1)}).status, IsOk());
  ASSERT_THAT(connection_.Consume(queue_, 1), IsOk());
  ASSERT_THAT(connection_.Reject(ReceiveAll(connection_, 1).at(0).tag, false), IsOk());
  Connection dead(Options());
  ASSERT_THAT(dead.Consume(Dead(), 1), IsOk());
  EXPECT_THAT(ReceiveAll(dead, 1), SizeIs(1));
}

TEST_F(ConnectionTest, UnackedDeliveriesComeAgainAndOldTagsSettleNothing) {
  DeclareQueue();
  ASSERT_THAT(Publish(Messages(3)).status, IsOk());
  std::uint64_t old_tag = 0;
  {
    Connection first(Options());
    ASSERT_THAT(first.Consume(queue_, 10), IsOk());
    std::vector<Delivery> deliveries = ReceiveAll(first, 3);
    ASSERT_THAT(deliveries, SizeIs(3));
    old_tag = deliveries[2].tag;
    first.Close();
    EXPECT_THAT(first.Ack(old_tag, true), StatusIs(absl::StatusCode::kUnavailable));
    ASSERT_THAT(first.Consume(queue_, 10), IsOk());
    EXPECT_THAT(first.Ack(old_tag, true), StatusIs(absl::StatusCode::kUnavailable)) << "same number, other connection";
    deliveries = ReceiveAll(first, 3);
    ASSERT_THAT(deliveries, SizeIs(3));
    EXPECT_TRUE(deliveries[0].redelivered);
    EXPECT_THAT(first.Ack(deliveries[2].tag, true), IsOk());
    first.Close();
  }
  EXPECT_THAT(connection_.CheckQueue(queue_), IsOkAndHolds(0));
}

TEST_F(ConnectionTest, PrefetchBoundsWhatIsUnacked) {
  DeclareQueue();
  ASSERT_THAT(Publish(Messages(10)).status, IsOk());
  ASSERT_THAT(connection_.Consume(queue_, 4), IsOk());
  std::vector<Delivery> deliveries = ReceiveAll(connection_, 4);
  ASSERT_THAT(deliveries, SizeIs(4));
  EXPECT_THAT(connection_.Receive(10, absl::Milliseconds(200)), IsOkAndHolds(SizeIs(0)));
  ASSERT_THAT(connection_.Ack(deliveries[3].tag, true), IsOk());
  EXPECT_THAT(ReceiveAll(connection_, 4), SizeIs(4));
}

TEST_F(ConnectionTest, DeclaredWithOtherArgumentsNamesTheDifference) {
  DeclareQueue(3);
  EXPECT_THAT(connection_.DeclareQueue(Spec(5)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("x-delivery-limit")));
  EXPECT_THAT(connection_.AssertQueue(Spec(5)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       ::testing::AllOf(HasSubstr("x-delivery-limit"), HasSubstr("5"), HasSubstr("3"))));
  EXPECT_THAT(connection_.AssertQueue(Spec(3)), IsOk());
  EXPECT_THAT(connection_.AssertExchange(queue_, "direct"),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("type")));
}

TEST_F(ConnectionTest, LookingAtWhatIsMissingCreatesNothing) {
  EXPECT_THAT(connection_.CheckQueue(queue_), StatusIs(absl::StatusCode::kNotFound, HasSubstr(queue_)));
  EXPECT_THAT(connection_.AssertQueue(Spec(3)), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(connection_.CheckExchange(queue_, "topic"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(connection_.AssertExchange(queue_, "topic"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(connection_.CheckQueue(queue_), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ConnectionTest, TopologyIsDeclaredOnceAndChecked) {
  EXPECT_THAT(CheckTopology(connection_), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(DeclareTopology(connection_), IsOk());
  EXPECT_THAT(DeclareTopology(connection_), IsOk()) << "again";
  EXPECT_THAT(CheckTopology(connection_), IsOk());
}

TEST_F(ConnectionTest, AQueueDeletedUnderItsConsumerIsNotFound) {
  DeclareQueue();
  ASSERT_THAT(connection_.Consume(queue_, 10), IsOk());
  Stack::Rabbitmqctl(absl::StrCat("delete_queue ", queue_));
  EXPECT_THAT(connection_.Receive(1, kLong), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ConnectionTest, WrongPasswordAndNobodyThere) {
  ConnectionOptions options = Options();
  options.url = absl::StrCat("amqp://guest:wrong", options.url.substr(options.url.find('@')));
  Connection wrong(options);
  EXPECT_THAT(wrong.Connect(), StatusIs(absl::StatusCode::kPermissionDenied));
  options.url = "amqp://127.0.0.1:1/";
  Connection nobody(options);
  EXPECT_THAT(nobody.Connect(), StatusIs(absl::StatusCode::kUnavailable));
  options.url = "nonsense";
  Connection nonsense(options);
  EXPECT_THAT(nonsense.Connect(), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ConnectionTest, AnIdleConnectionOutlivesManyHeartbeats) {
  DeclareQueue();
  Connection idle(Options(absl::Seconds(2)));
  ASSERT_THAT(idle.Consume(queue_, 1), IsOk());
  // The broker hangs up after two intervals without a beat.
  EXPECT_THAT(idle.Receive(1, absl::Seconds(7)), IsOkAndHolds(SizeIs(0)));
  ASSERT_THAT(Publish({AMessage(1)}).status, IsOk());
  std::vector<Delivery> deliveries = ReceiveAll(idle, 1);
  ASSERT_THAT(deliveries, SizeIs(1));
  EXPECT_FALSE(deliveries[0].redelivered) << "it was another connection";
  EXPECT_THAT(idle.Ack(deliveries[0].tag, false), IsOk());
}

TEST_F(ConnectionTest, WithAnAlarmThePublisherIsBlockedAndKeepsItsConnection) {
  DeclareQueue();
  Stack::Rabbitmqctl("set_vm_memory_high_watermark 0.000001");
  absl::Time deadline = absl::Now() + kLong;
  PublishReport report;
  do {  // the alarm is raised at the broker's next look at its memory
    report = connection_.Publish(Messages(10), 256, absl::Seconds(1));
  } while (report.status.ok() && absl::Now() < deadline);
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("blocked")));
  EXPECT_TRUE(connection_.blocked());
  EXPECT_TRUE(connection_.connected());
  Stack::Rabbitmqctl("set_vm_memory_high_watermark 0.4");
  deadline = absl::Now() + kLong;
  do {
    report = connection_.Publish(Messages(10), 256, absl::Seconds(1));
  } while (!report.status.ok() && absl::Now() < deadline);
  EXPECT_THAT(report.outcomes, Each(Outcome::kConfirmed));
  EXPECT_FALSE(connection_.blocked());
}

TEST_F(ConnectionTest, APausedBrokerCostsNoMoreThanTheTimeout) {
  DeclareQueue();
  ASSERT_THAT(Publish({AMessage(0)}).status, IsOk());
  Stack::Pause("rabbitmq");
  const absl::Time began = absl::Now();
  PublishReport report = connection_.Publish(Messages(10), 256, absl::Seconds(1));
  EXPECT_LT(absl::Now() - began, absl::Seconds(3));
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(report.outcomes, Each(Outcome::kUnknown));
  Stack::Resume("rabbitmq");
  const absl::Time deadline = absl::Now() + kLong;
  do {
    report = connection_.Publish(Messages(10), 256, absl::Seconds(1));
  } while (!report.status.ok() && absl::Now() < deadline);
  EXPECT_THAT(report.status, IsOk());
}

TEST_F(ConnectionTest, ABrokerKilledInTheMiddleLosesNothingConfirmed) {
  DeclareQueue();
  std::jthread killer([] {
    absl::SleepFor(absl::Milliseconds(300));
    Stack::Kill("rabbitmq");
  });
  std::int64_t confirmed = 0;
  PublishReport report;
  do {
    report = connection_.Publish(Messages(200), 64, kLong);
    confirmed += std::count(report.outcomes.begin(), report.outcomes.end(), Outcome::kConfirmed);
  } while (report.status.ok());
  EXPECT_THAT(report.outcomes, ::testing::Contains(Outcome::kUnknown));
  EXPECT_FALSE(connection_.connected());
  killer.join();
  EXPECT_THAT(connection_.Connect(), StatusIs(absl::StatusCode::kUnavailable));
  Stack::Start("rabbitmq");
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  do {
    report = connection_.Publish(Messages(10), 64, absl::Seconds(1));
    confirmed += std::count(report.outcomes.begin(), report.outcomes.end(), Outcome::kConfirmed);
  } while (!report.status.ok() && absl::Now() < deadline);
  EXPECT_THAT(report.status, IsOk());
  absl::StatusOr<std::int64_t> ready = connection_.CheckQueue(queue_);
  ASSERT_THAT(ready, IsOk());
  EXPECT_GE(*ready, confirmed);
}

}  // namespace
}  // namespace ordermesh::rabbitmq
