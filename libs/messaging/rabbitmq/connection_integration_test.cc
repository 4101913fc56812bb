// Connecting and consuming, against a real broker.
#include "libs/messaging/rabbitmq/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/messaging/rabbitmq/connection_for_test.h"

namespace ordermesh::rabbitmq {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::Stack;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class ConnectionTest : public BrokerTest {};

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

TEST_F(ConnectionTest, AQueueDeletedUnderItsConsumerIsNotFound) {
  DeclareQueue();
  ASSERT_THAT(connection_.Consume(queue_, 10), IsOk());
  Stack::Rabbitmqctl(absl::StrCat("delete_queue ", queue_));
  EXPECT_THAT(connection_.Receive(1, kLong), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ConnectionTest, WrongPasswordAndNobodyThere) {
  ConnectionOptions options = Options();
  options.broker.url = absl::StrCat("amqp://guest:wrong", options.broker.url.substr(options.broker.url.find('@')));
  Connection wrong(options);
  EXPECT_THAT(wrong.Connect(), StatusIs(absl::StatusCode::kPermissionDenied));
  options.broker.url = "amqp://127.0.0.1:1/";
  Connection nobody(options);
  EXPECT_THAT(nobody.Connect(), StatusIs(absl::StatusCode::kUnavailable));
  options.broker.url = "nonsense";
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

}  // namespace
}  // namespace ordermesh::rabbitmq
