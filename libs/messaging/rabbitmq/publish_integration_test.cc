// Publishing to a real broker; it is paused, and killed and started again, in the middle.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "libs/messaging/rabbitmq/connection_for_test.h"

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

class PublishTest : public BrokerTest {};

TEST_F(PublishTest, ManyBatchesThroughASmallWindow) {
  DeclareQueue();
  for (int batch = 0; batch < 3; ++batch) {
    PublishReport report = Publish(Messages(500), 16);
    EXPECT_THAT(report.status, IsOk());
    EXPECT_THAT(report.outcomes, Each(Outcome::kConfirmed));
  }
  EXPECT_THAT(connection_.CheckQueue(queue_), IsOkAndHolds(1500));
}

TEST_F(PublishTest, AnUnroutableMessageIsReturnedAndItsNeighboursAreNot) {
  DeclareQueue();
  PublishReport report = Publish({AMessage(1), AMessage(2, "elsewhere"), AMessage(3)});
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, ElementsAre(Outcome::kConfirmed, Outcome::kReturned, Outcome::kConfirmed));
  ASSERT_THAT(connection_.UnbindQueue(queue_, queue_, "order.#"), IsOk());
  EXPECT_THAT(Publish(Messages(300)).outcomes, Each(Outcome::kReturned));
  ASSERT_THAT(connection_.BindQueue(queue_, queue_, "order.#"), IsOk());
  EXPECT_THAT(Publish(Messages(300)).outcomes, Each(Outcome::kConfirmed));
}

TEST_F(PublishTest, ANackedMessageIsUnknown) {
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

TEST_F(PublishTest, WhatIsTooLargeIsRefusedAndTheRestGoesOn) {
  DeclareQueue();
  std::vector<Message> messages = Messages(3);
  messages[0].headers = {{"large", std::string(200'000, 'h')}};
  messages[1].body.assign((16 << 20) + 1, 'b');
  PublishReport report = Publish(messages);
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, ElementsAre(Outcome::kRefused, Outcome::kRefused, Outcome::kConfirmed));
}

TEST_F(PublishTest, BodiesOfManyFramesPass) {
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

TEST_F(PublishTest, AMissingExchangeIsNotFoundAndTheNextCallGoesOn) {
  PublishReport report = Publish({AMessage(1)});
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kNotFound, HasSubstr(queue_)));
  EXPECT_THAT(report.outcomes, ElementsAre(Outcome::kUnknown));
  DeclareQueue();
  EXPECT_THAT(Publish({AMessage(1)}).outcomes, ElementsAre(Outcome::kConfirmed));
}

TEST_F(PublishTest, WithAnAlarmThePublisherIsBlockedAndKeepsItsConnection) {
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

TEST_F(PublishTest, APausedBrokerCostsNoMoreThanTheTimeout) {
  DeclareQueue();
  ASSERT_THAT(Publish({AMessage(0)}).status, IsOk());
  Stack::Pause("rabbitmq");
  const absl::Time began = absl::Now();
  PublishReport report = connection_.Publish(Messages(10), 256, absl::Seconds(1));
  EXPECT_LT(absl::Now() - began, absl::Seconds(10));  // one, and a busy machine's; else never
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_THAT(report.outcomes, Each(Outcome::kUnknown));
  Stack::Resume("rabbitmq");
  const absl::Time deadline = absl::Now() + kLong;
  do {
    report = connection_.Publish(Messages(10), 256, absl::Seconds(1));
  } while (!report.status.ok() && absl::Now() < deadline);
  EXPECT_THAT(report.status, IsOk());
}

TEST_F(PublishTest, ABrokerKilledInTheMiddleLosesNothingConfirmed) {
  DeclareQueue();
  std::jthread killer([this] {
    Connection observer(Options());
    while (observer.CheckQueue(queue_).value_or(0) < 100) continue;
    Stack::Kill("rabbitmq");
  });
  PublishReport report = connection_.Publish(Messages(100'000), 64, absl::Seconds(60));
  killer.join();
  const auto count_confirmed = [&report] {
    return std::count(report.outcomes.begin(), report.outcomes.end(), Outcome::kConfirmed);
  };
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(report.outcomes, ::testing::Contains(Outcome::kUnknown));
  EXPECT_FALSE(connection_.connected());
  std::int64_t confirmed = count_confirmed();
  EXPECT_THAT(confirmed, ::testing::AllOf(::testing::Gt(0), ::testing::Lt(100'000)));
  EXPECT_THAT(connection_.Connect(), StatusIs(absl::StatusCode::kUnavailable));
  Stack::Start("rabbitmq");
  // A broker that has just started returns for a moment what it will route. What it has again can be counted once its
  // queue has confirmed something more: until then it may still be reading its log.
  const absl::Time deadline = absl::Now() + absl::Minutes(2);
  do {
    report = connection_.Publish(Messages(10), 64, absl::Seconds(1));
    confirmed += count_confirmed();
  } while (count_confirmed() < 10 && absl::Now() < deadline);
  EXPECT_THAT(report.outcomes, Each(Outcome::kConfirmed));
  absl::StatusOr<std::int64_t> ready = connection_.CheckQueue(queue_);
  ASSERT_THAT(ready, IsOk());
  EXPECT_GE(*ready, confirmed);
}

}  // namespace
}  // namespace ordermesh::rabbitmq
