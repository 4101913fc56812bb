#include "libs/stream/queue_consumer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

#include "libs/stream/testing/fake_queue.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"

namespace ordermesh::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

// Runs the consumer until the queue has nothing left and everything is settled.
class QueueConsumerTest : public ::testing::Test {
 protected:
  void RunUntilSettled(QueueConsumer::Handle handle) { RunUntilSettled(queue_, std::move(handle)); }
  void RunUntilSettled(FakeQueue& queue, QueueConsumer::Handle handle) {
    QueueConsumer consumer(
        {.name = "test", .prefetch = 20, .batch = 10, .rebind_interval = absl::Seconds(30)}, queue, std::move(handle),
        [this](const absl::Status& status) { reports_.push_back(status); }, clock_, random_);
    std::jthread thread([&](std::stop_token stop) { consumer.Run(stop); });
    const absl::Time give_up = absl::Now() + absl::Seconds(10);
    while (!queue.Settled() && absl::Now() < give_up) {
      clock_.Advance(absl::Seconds(1));
      std::this_thread::yield();
    }
    EXPECT_TRUE(queue.Settled());
  }
  QueueConsumer::Handle Record(std::function<Verdict(const std::string& body)> judge) {
    return [this, judge](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
      batches_.push_back("");
      std::vector<Verdict> verdicts;
      for (const rabbitmq::Delivery& delivery : batch) {
        batches_.back() += delivery.message.body;
        verdicts.push_back(judge(delivery.message.body));
      }
      return verdicts;
    };
  }
  static Verdict AckAll(const std::string&) { return Verdict::kAck; }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  FakeQueue queue_;
  std::vector<std::string> batches_;
  std::vector<absl::Status> reports_;
};

TEST_F(QueueConsumerTest, HandlesTogetherWhatCameTogether) {
  for (const char* body : {"a", "b", "c"}) queue_.Publish(body);
  RunUntilSettled(Record(AckAll));
  EXPECT_THAT(batches_, ElementsAre("a", "bc")) << "many at a time once a new one has come";
  EXPECT_THAT(queue_.acked(), ElementsAre("a", "b", "c"));
}

TEST_F(QueueConsumerTest, EachMessageGetsItsOwnVerdict) {
  for (const char* body : {"a", "x", "b", "r", "c"}) queue_.Publish(body);
  RunUntilSettled(Record([retried = false](const std::string& body) mutable {
    if (body == "x") return Verdict::kBury;
    if (body == "r" && !std::exchange(retried, true)) return Verdict::kRetry;
    return Verdict::kAck;
  }));
  EXPECT_THAT(queue_.rejected(), ElementsAre("x"));
  EXPECT_THAT(queue_.requeued(), ElementsAre("r"));
  EXPECT_THAT(queue_.acked(), ElementsAre("a", "b", "c", "r"));
  EXPECT_THAT(batches_, ElementsAre("a", "xbrc", "r"));
}

TEST_F(QueueConsumerTest, WhatComesAgainGoesAlone) {
  queue_.Publish("a");
  queue_.Publish("b");
  queue_.PublishAgain("1");
  queue_.PublishAgain("2");
  queue_.Publish("c");
  RunUntilSettled(Record(AckAll));
  EXPECT_THAT(batches_, ElementsAre("a", "bc", "1", "2"));
  EXPECT_THAT(queue_.acked(), ElementsAre("a", "b", "c", "1", "2"));
}

TEST_F(QueueConsumerTest, OfWhatComesAgainOneAtATimeIsTaken) {
  for (const char* body : {"1", "2", "3"}) queue_.PublishAgain(body);
  for (const char* body : {"a", "b", "c"}) queue_.Publish(body);
  std::vector<std::size_t> unsettled;
  const QueueConsumer::Handle record = Record(AckAll);
  RunUntilSettled([&](absl::Span<const rabbitmq::Delivery> batch) {
    unsettled.push_back(queue_.unsettled());
    return record(batch);
  });
  EXPECT_THAT(batches_, ElementsAre("1", "2", "3", "a", "bc"));
  EXPECT_THAT(unsettled, ElementsAre(1, 1, 1, 1, 2));
}

// The connection is lost whenever x is settled, with all that was taken besides.
TEST_F(QueueConsumerTest, WhatEndsItsConsumerIsBuriedAlone) {
  FakeQueue queue(/*delivery_limit=*/10);
  std::vector<std::string> healthy;
  for (char body = 'A'; body <= 'Z'; ++body) {
    queue.Publish(std::string(1, body));
    healthy.emplace_back(1, body);
    if (body == 'K') queue.Publish("x");
  }
  RunUntilSettled(queue, Record([&](const std::string& body) {
                    if (body == "x") queue.LoseConnectionAtNextAck();
                    return Verdict::kAck;
                  }));
  EXPECT_THAT(queue.buried(), ElementsAre("x"));
  EXPECT_THAT(queue.acked(), UnorderedElementsAreArray(healthy));
  EXPECT_EQ(queue.opened(), 12) << "x came eleven times";
}

TEST_F(QueueConsumerTest, AnErrorThatIsNoMessagesFaultIsWaitedOut) {
  queue_.Publish("a");
  queue_.Publish("b");
  int failures = 3;
  RunUntilSettled([&](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
    if (failures-- > 0) return absl::UnavailableError("database down");
    return std::vector<Verdict>(batch.size(), Verdict::kAck);
  });
  EXPECT_THAT(queue_.acked(), ElementsAre("a", "b"));
  EXPECT_THAT(queue_.requeued(), IsEmpty());
  EXPECT_GE(queue_.ticks(), 3) << "heartbeats are served meanwhile";
}

TEST_F(QueueConsumerTest, AVerdictTooFewSettlesNothing) {
  queue_.Publish("a");
  bool right = false;
  RunUntilSettled([&](absl::Span<const rabbitmq::Delivery>) {
    return std::vector<Verdict>(std::exchange(right, true) ? 1 : 0, Verdict::kAck);
  });
  EXPECT_THAT(queue_.acked(), ElementsAre("a"));
  EXPECT_EQ(queue_.opened(), 1);
}

TEST_F(QueueConsumerTest, ALostConnectionIsOpenedAnewAndItsMessagesComeAgain) {
  for (const char* body : {"a", "b"}) queue_.Publish(body);
  queue_.LoseConnectionAtNextAck();
  RunUntilSettled(Record(AckAll));
  EXPECT_THAT(batches_, ElementsAre("a", "a", "b"));
  EXPECT_THAT(queue_.acked(), ElementsAre("a", "b"));
  EXPECT_GE(queue_.opened(), 2);
}

TEST_F(QueueConsumerTest, ReportsWhyItCannotOpen) {
  queue_.FailToOpen(absl::FailedPreconditionError("queue 'notifications' has x-queue-type classic"), 2);
  queue_.Publish("a");
  RunUntilSettled(Record(AckAll));
  ASSERT_GE(reports_.size(), 3u);
  EXPECT_TRUE(absl::IsFailedPrecondition(reports_[0]));
  EXPECT_TRUE(absl::IsFailedPrecondition(reports_[1]));
  EXPECT_TRUE(reports_[2].ok());
}

TEST_F(QueueConsumerTest, LogsWhatStaysBrokenMoreAndMoreRarely) {
  queue_.FailToOpen(absl::UnavailableError("connection refused"), 10);
  queue_.Publish("a");
  ::testing::internal::CaptureStderr();
  RunUntilSettled(Record(AckAll));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4) << log;
  EXPECT_THAT(log, HasSubstr("connection refused\",\"failures\":8"));
}

TEST_F(QueueConsumerTest, UnderLoadItGathersAndAfterAPauseItDoesNot) {
  queue_.Publish("a");
  QueueConsumer consumer(
      {.name = "test", .batch = 10, .gather = absl::Milliseconds(50)}, queue_, Record(AckAll),
      [](const absl::Status&) {}, clock_, random_);
  std::jthread thread([&](std::stop_token stop) { consumer.Run(stop); });
  clock_.WaitForSleepers(1);  // "a" was handled at once; now it gathers
  EXPECT_THAT(queue_.acked(), ElementsAre("a"));
  queue_.Publish("b");
  queue_.Publish("c");
  EXPECT_THAT(queue_.acked(), ElementsAre("a"));
  clock_.Advance(absl::Milliseconds(50));
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (!queue_.Settled() && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_THAT(batches_, ElementsAre("a", "bc"));
}

TEST_F(QueueConsumerTest, AssertsItsBindingNowAndThen) {
  QueueConsumer consumer(
      {.name = "test", .rebind_interval = absl::Seconds(30)}, queue_, Record(AckAll), [](const absl::Status&) {},
      clock_, random_);
  std::jthread thread([&](std::stop_token stop) { consumer.Run(stop); });
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (queue_.rebound() < 3 && absl::Now() < give_up) clock_.Advance(absl::Seconds(10));
  EXPECT_GE(queue_.rebound(), 3);
}

TEST_F(QueueConsumerTest, StoppingWhileABatchCannotBeHandledSettlesNothing) {
  for (const char* body : {"a", "b"}) queue_.Publish(body);
  queue_.PublishAgain("c");
  std::atomic<int> handled = 0;
  {
    QueueConsumer consumer(
        {.name = "test"}, queue_,
        [&](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
          if (++handled == 2) return absl::UnavailableError("database down");
          return std::vector<Verdict>(batch.size(), Verdict::kAck);
        },
        [](const absl::Status&) {}, clock_, random_);
    std::jthread thread([&](std::stop_token stop) { consumer.Run(stop); });
    clock_.WaitForSleepers(1);
  }
  EXPECT_THAT(queue_.acked(), ElementsAre("a")) << "nothing behind b, which could not be handled";
}

}  // namespace
}  // namespace ordermesh::stream
