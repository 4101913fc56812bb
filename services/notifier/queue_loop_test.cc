#include "services/notifier/queue_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_random.h"
#include "services/notifier/testing/fake_source.h"

namespace ordermesh::notifier {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

// Runs the loop until the source has nothing left and everything is settled.
class QueueLoopTest : public ::testing::Test {
 protected:
  void RunUntilSettled(Handle handle) { RunUntilSettled(source_, std::move(handle)); }
  void RunUntilSettled(FakeSource& source, Handle handle) {
    QueueLoop loop(
        {.name = "test", .prefetch = 20, .batch = 10, .rebind_interval = absl::Seconds(30)}, source, std::move(handle),
        [this](const absl::Status& status) { reports_.push_back(status); }, clock_, random_);
    std::jthread thread([&](std::stop_token stop) { loop.Run(stop); });
    const absl::Time give_up = absl::Now() + absl::Seconds(10);
    while (!source.Settled() && absl::Now() < give_up) {
      clock_.Advance(absl::Seconds(1));
      std::this_thread::yield();
    }
    EXPECT_TRUE(source.Settled());
  }
  Handle Record(std::function<Verdict(const std::string& body)> judge) {
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
  static Verdict AllDone(const std::string&) { return Verdict::kDone; }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  FakeSource source_;
  std::vector<std::string> batches_;
  std::vector<absl::Status> reports_;
};

TEST_F(QueueLoopTest, HandlesTogetherWhatCameTogether) {
  for (const char* body : {"a", "b", "c"}) source_.Publish(body);
  RunUntilSettled(Record(AllDone));
  EXPECT_THAT(batches_, ElementsAre("a", "bc")) << "many at a time once a new one has come";
  EXPECT_THAT(source_.acked(), ElementsAre("a", "b", "c"));
}

TEST_F(QueueLoopTest, EachMessageGetsItsOwnVerdict) {
  for (const char* body : {"a", "x", "b", "r", "c"}) source_.Publish(body);
  RunUntilSettled(Record([retried = false](const std::string& body) mutable {
    if (body == "x") return Verdict::kRefuse;
    if (body == "r" && !std::exchange(retried, true)) return Verdict::kRetry;
    return Verdict::kDone;
  }));
  EXPECT_THAT(source_.refused(), ElementsAre("x"));
  EXPECT_THAT(source_.requeued(), ElementsAre("r"));
  EXPECT_THAT(source_.acked(), ElementsAre("a", "b", "c", "r"));
  EXPECT_THAT(batches_, ElementsAre("a", "xbrc", "r"));
}

TEST_F(QueueLoopTest, WhatComesAgainGoesAlone) {
  source_.Publish("a");
  source_.Publish("b");
  source_.PublishAgain("1");
  source_.PublishAgain("2");
  source_.Publish("c");
  RunUntilSettled(Record(AllDone));
  EXPECT_THAT(batches_, ElementsAre("a", "bc", "1", "2"));
  EXPECT_THAT(source_.acked(), ElementsAre("a", "b", "c", "1", "2"));
}

TEST_F(QueueLoopTest, OfWhatComesAgainOneAtATimeIsTaken) {
  for (const char* body : {"1", "2", "3"}) source_.PublishAgain(body);
  for (const char* body : {"a", "b", "c"}) source_.Publish(body);
  std::vector<std::size_t> unsettled;
  const Handle record = Record(AllDone);
  RunUntilSettled([&](absl::Span<const rabbitmq::Delivery> batch) {
    unsettled.push_back(source_.unsettled());
    return record(batch);
  });
  EXPECT_THAT(batches_, ElementsAre("1", "2", "3", "a", "bc"));
  EXPECT_THAT(unsettled, ElementsAre(1, 1, 1, 1, 2));
}

// The connection is lost whenever x is settled, with all that was taken besides.
TEST_F(QueueLoopTest, WhatEndsItsConsumerIsBuriedAlone) {
  FakeSource source(/*delivery_limit=*/10);
  std::vector<std::string> healthy;
  for (char body = 'A'; body <= 'Z'; ++body) {
    source.Publish(std::string(1, body));
    healthy.emplace_back(1, body);
    if (body == 'K') source.Publish("x");
  }
  RunUntilSettled(source, Record([&](const std::string& body) {
                    if (body == "x") source.LoseConnectionAtNextAck();
                    return Verdict::kDone;
                  }));
  EXPECT_THAT(source.buried(), ElementsAre("x"));
  EXPECT_THAT(source.acked(), UnorderedElementsAreArray(healthy));
  EXPECT_EQ(source.opened(), 12) << "x came eleven times";
}

TEST_F(QueueLoopTest, AnErrorThatIsNoMessagesFaultIsWaitedOut) {
  source_.Publish("a");
  source_.Publish("b");
  int failures = 3;
  RunUntilSettled([&](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
    if (failures-- > 0) return absl::UnavailableError("database down");
    return std::vector<Verdict>(batch.size(), Verdict::kDone);
  });
  EXPECT_THAT(source_.acked(), ElementsAre("a", "b"));
  EXPECT_THAT(source_.requeued(), IsEmpty());
  EXPECT_GE(source_.ticks(), 3) << "heartbeats are served meanwhile";
}

TEST_F(QueueLoopTest, ALostConnectionIsOpenedAnewAndItsMessagesComeAgain) {
  for (const char* body : {"a", "b"}) source_.Publish(body);
  source_.LoseConnectionAtNextAck();
  RunUntilSettled(Record(AllDone));
  EXPECT_THAT(batches_, ElementsAre("a", "a", "b"));
  EXPECT_THAT(source_.acked(), ElementsAre("a", "b"));
  EXPECT_GE(source_.opened(), 2);
}

TEST_F(QueueLoopTest, ReportsWhyItCannotOpen) {
  source_.FailToOpen(absl::FailedPreconditionError("queue 'notifications' has x-queue-type classic"), 2);
  source_.Publish("a");
  RunUntilSettled(Record(AllDone));
  ASSERT_GE(reports_.size(), 3u);
  EXPECT_TRUE(absl::IsFailedPrecondition(reports_[0]));
  EXPECT_TRUE(absl::IsFailedPrecondition(reports_[1]));
  EXPECT_TRUE(reports_[2].ok());
}

TEST_F(QueueLoopTest, LogsWhatStaysBrokenMoreAndMoreRarely) {
  source_.FailToOpen(absl::UnavailableError("connection refused"), 10);
  source_.Publish("a");
  ::testing::internal::CaptureStderr();
  RunUntilSettled(Record(AllDone));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4) << log;
  EXPECT_THAT(log, HasSubstr("connection refused\",\"failures\":8"));
}

TEST_F(QueueLoopTest, UnderLoadItGathersAndAfterAPauseItDoesNot) {
  source_.Publish("a");
  QueueLoop loop(
      {.name = "test", .batch = 10, .gather = absl::Milliseconds(50)}, source_, Record(AllDone),
      [](const absl::Status&) {}, clock_, random_);
  std::jthread thread([&](std::stop_token stop) { loop.Run(stop); });
  clock_.WaitForSleepers(1);  // "a" was handled at once; now it gathers
  EXPECT_THAT(source_.acked(), ElementsAre("a"));
  source_.Publish("b");
  source_.Publish("c");
  EXPECT_THAT(source_.acked(), ElementsAre("a"));
  clock_.Advance(absl::Milliseconds(50));
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (!source_.Settled() && absl::Now() < give_up) std::this_thread::yield();
  EXPECT_THAT(batches_, ElementsAre("a", "bc"));
}

TEST_F(QueueLoopTest, AssertsItsBindingNowAndThen) {
  QueueLoop loop(
      {.name = "test", .rebind_interval = absl::Seconds(30)}, source_, Record(AllDone), [](const absl::Status&) {},
      clock_, random_);
  std::jthread thread([&](std::stop_token stop) { loop.Run(stop); });
  const absl::Time give_up = absl::Now() + absl::Seconds(10);
  while (source_.rebound() < 3 && absl::Now() < give_up) clock_.Advance(absl::Seconds(10));
  EXPECT_GE(source_.rebound(), 3);
}

TEST_F(QueueLoopTest, StoppingWhileABatchCannotBeHandledSettlesNothing) {
  for (const char* body : {"a", "b"}) source_.Publish(body);
  source_.PublishAgain("c");
  std::atomic<int> handled = 0;
  {
    QueueLoop loop(
        {.name = "test"}, source_,
        [&](absl::Span<const rabbitmq::Delivery> batch) -> absl::StatusOr<std::vector<Verdict>> {
          if (++handled == 2) return absl::UnavailableError("database down");
          return std::vector<Verdict>(batch.size(), Verdict::kDone);
        },
        [](const absl::Status&) {}, clock_, random_);
    std::jthread thread([&](std::stop_token stop) { loop.Run(stop); });
    clock_.WaitForSleepers(1);
  }
  EXPECT_THAT(source_.acked(), ElementsAre("a")) << "nothing behind b, which could not be handled";
}

}  // namespace
}  // namespace ordermesh::notifier
