#include "services/relay/app/forwarder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "libs/testing/status_matchers.h"
#include "services/relay/testing/events.h"
#include "services/relay/testing/fake_outbox.h"
#include "services/relay/testing/fake_sink.h"

namespace ordermesh::relay {
namespace {

using ::testing::ElementsAre;

constexpr char kSink[] = "s";

class ForwarderTest : public ::testing::Test {
 protected:
  ForwarderTest() {
    options_.sink = kSink;
    options_.batch.events = 4;
    options_.read_pause = options_.idle_read_pause = options_.lock_poll = absl::Milliseconds(1);
    options_.heartbeat = absl::Milliseconds(20);
    options_.backoff = {.initial = absl::Milliseconds(1), .max = absl::Milliseconds(2)};
  }
  std::unique_ptr<Forwarder> Start() { return Start(outbox_, sink_, metrics_); }
  std::unique_ptr<Forwarder> Start(OutboxStore& outbox, Sink& sink, base::Metrics& metrics) {
    return std::make_unique<Forwarder>(options_, outbox, sink, SinkMetrics(metrics, kSink), base::SystemClock(),
                                       base::SystemTimer(), base::SystemRandom());
  }
  void Append(std::uint32_t number, std::uint32_t order) { database_.Append(AnEvent(number, order)); }
  static std::vector<std::uint32_t> Numbers(const std::vector<Event>& events) {
    std::vector<std::uint32_t> numbers;
    for (const Event& event : events) {
      std::uint32_t number = 0;
      for (int i = 12; i < 16; ++i) number = number << 8 | static_cast<std::uint8_t>(event.id.bytes()[i]);
      numbers.push_back(number);
    }
    return numbers;
  }
  bool WaitUntilGot(std::set<std::uint32_t> numbers) {
    return sink_.WaitFor([&](const std::vector<Event>& got, int) {
      const std::vector<std::uint32_t> all = Numbers(got);
      return std::set<std::uint32_t>(all.begin(), all.end()) == numbers;
    });
  }
  // For what nobody tells of.
  template <class Done>
  bool Poll(Done done, absl::Duration patience = absl::Seconds(10)) {
    const base::SteadyTime deadline = base::SystemTimer().SteadyNow() + patience;
    while (!done() && base::SystemTimer().SteadyNow() < deadline)
      base::SystemTimer().SleepFor(absl::Milliseconds(1), {});
    return done();
  }
  Position LastOf(const std::vector<Event>& events) {
    Position last;
    for (const Event& event : events) last = std::max(last, event.at);
    return last;
  }
  bool CursorReachesTheEnd() {
    return Poll([&] { return database_.cursor(kSink) == LastOf(sink_.got()); });
  }

  ForwarderOptions options_;
  FakeDatabase database_;
  FakeOutbox outbox_{database_, kSink};
  FakeSink sink_;
  base::Metrics metrics_;
};

TEST_F(ForwarderTest, EventsArriveInOrderAndTheCursorFollows) {
  for (std::uint32_t i = 1; i <= 10; ++i) Append(i, i);
  auto forwarder = Start();
  ASSERT_TRUE(WaitUntilGot({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  EXPECT_THAT(Numbers(sink_.got()), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
  EXPECT_TRUE(CursorReachesTheEnd());
  const SinkMetrics seen(metrics_, kSink);
  EXPECT_TRUE(Poll([&] { return seen.confirmed.Value() == 10; }));
  EXPECT_EQ(seen.active.Value(), 1);
  Append(11, 1);
  EXPECT_TRUE(WaitUntilGot({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}));
}

TEST_F(ForwarderTest, WhatIsBehindAReadThatItsWeightCutOffIsReadAtOnce) {
  options_.batch.bytes = 1;
  options_.read_pause = options_.idle_read_pause = absl::Hours(1);
  for (std::uint32_t i = 1; i <= 5; ++i) Append(i, i);
  auto forwarder = Start();
  ASSERT_TRUE(WaitUntilGot({1, 2, 3, 4, 5}));
  EXPECT_TRUE(CursorReachesTheEnd());
  EXPECT_GE(sink_.publishes(), 5);
}

TEST_F(ForwarderTest, ALateCommitHoldsBackWhatFollowsAndIsNotSkipped) {
  const std::uint64_t late = database_.Begin();
  database_.Insert(late, AnEvent(1, 1));
  Append(2, 2);
  auto forwarder = Start();
  const SinkMetrics seen(metrics_, kSink);
  ASSERT_TRUE(Poll([&] { return seen.active.Value() == 1; }));
  EXPECT_EQ(sink_.publishes(), 0);
  database_.Commit(late);
  ASSERT_TRUE(WaitUntilGot({1, 2}));
  EXPECT_THAT(Numbers(sink_.got()), ElementsAre(1, 2));
}

TEST_F(ForwarderTest, WhileTheBrokerIsAwayNothingMovesAndThenAllArrives) {
  sink_.SetDown(true);
  Append(1, 1);
  auto forwarder = Start();
  ASSERT_TRUE(sink_.WaitFor([](const auto&, int publishes) { return publishes >= 3; }));
  EXPECT_EQ(database_.cursor(kSink), Position());
  sink_.SetDown(false);
  EXPECT_TRUE(WaitUntilGot({1}));
  EXPECT_TRUE(CursorReachesTheEnd());
  EXPECT_GE(SinkMetrics(metrics_, kSink).failures.Value(), 2);
}

TEST_F(ForwarderTest, ALostConfirmRepeatsThatEventOnly) {
  sink_.LoseConfirmOnce(testing::FakeIds::Number(2));
  for (std::uint32_t i = 1; i <= 4; ++i) Append(i, i);
  auto forwarder = Start();
  ASSERT_TRUE(sink_.WaitFor([](const auto& got, int) { return got.size() == 5; }));
  EXPECT_THAT(Numbers(sink_.got()), ElementsAre(1, 2, 3, 4, 2));
}

TEST_F(ForwarderTest, OfOneOrderNothingOvertakes) {
  sink_.LoseConfirmOnce(testing::FakeIds::Number(1));
  Append(1, 7);
  Append(2, 7);
  Append(3, 8);
  auto forwarder = Start();
  ASSERT_TRUE(sink_.WaitFor([](const auto& got, int) { return got.size() == 4; }));
  EXPECT_THAT(Numbers(sink_.got()), ElementsAre(1, 3, 1, 2));
}

TEST_F(ForwarderTest, AnUnroutableEventStaysPendingAndIsCounted) {
  sink_.SetUnroutable(testing::FakeIds::Number(1), true);
  Append(1, 1);
  Append(2, 2);
  auto forwarder = Start();
  const SinkMetrics seen(metrics_, kSink);
  ASSERT_TRUE(Poll([&] { return seen.unroutable.Value() >= 3; }));
  EXPECT_EQ(database_.cursor(kSink), Position());
  EXPECT_TRUE(database_.dead(kSink).empty()) << "never refused for good";
  sink_.SetUnroutable(testing::FakeIds::Number(1), false);
  ASSERT_TRUE(WaitUntilGot({1, 2}));
  EXPECT_TRUE(CursorReachesTheEnd());
}

TEST_F(ForwarderTest, WhatIsRefusedForGoodIsBuriedAndTheRestGoesOn) {
  sink_.Refuse(testing::FakeIds::Number(2));
  for (std::uint32_t i = 1; i <= 3; ++i) Append(i, i);
  auto forwarder = Start();
  ASSERT_TRUE(WaitUntilGot({1, 3}));
  EXPECT_TRUE(CursorReachesTheEnd());
  EXPECT_THAT(database_.dead(kSink), ElementsAre(::testing::Pair(testing::FakeIds::Number(2), "too large")));
  EXPECT_EQ(SinkMetrics(metrics_, kSink).buried.Value(), 1);
}

TEST_F(ForwarderTest, AStandbyTakesOverWhenTheLockIsFree) {
  FakeOutbox other_outbox(database_, kSink);
  FakeSink other_sink;
  base::Metrics other_metrics;
  auto first = Start();
  ASSERT_TRUE(Poll([&] { return SinkMetrics(metrics_, kSink).active.Value() == 1; }));
  auto second = Start(other_outbox, other_sink, other_metrics);
  Append(1, 1);
  ASSERT_TRUE(WaitUntilGot({1}));
  EXPECT_EQ(SinkMetrics(other_metrics, kSink).active.Value(), 0);
  first.reset();
  Append(2, 2);
  EXPECT_TRUE(other_sink.WaitFor([](const auto& got, int) { return !got.empty(); }));
  EXPECT_THAT(Numbers(other_sink.got()), ElementsAre(2)) << "from the cursor, not from the start";
}

TEST_F(ForwarderTest, ARelayThatLostItsLockOnlyRepeats) {
  sink_.Hold(true);
  Append(1, 1);
  auto forwarder = Start();
  ASSERT_TRUE(sink_.WaitFor([](const auto&, int publishes) { return publishes == 1; }));
  // Its session ends, another takes over, delivers, and moves the cursor.
  database_.EndSession(kSink);
  FakeOutbox other(database_, kSink);
  ASSERT_THAT(other.TryLock(), ordermesh::testing::IsOkAndHolds(true));
  absl::StatusOr<Position> cursor = other.LoadCursor();
  ASSERT_THAT(cursor, ordermesh::testing::IsOk());
  const Position moved{100, 1};
  ASSERT_THAT(other.Advance(*cursor, moved), ordermesh::testing::IsOk());
  sink_.Hold(false);
  EXPECT_TRUE(Poll([&] { return SinkMetrics(metrics_, kSink).restarts.Value() >= 1; }));
  EXPECT_EQ(database_.cursor(kSink), moved);
  EXPECT_EQ(sink_.got().size(), 1u);
}

TEST_F(ForwarderTest, TheSessionIsKeptAliveWhileABrokerHangs) {
  sink_.Hold(true);
  Append(1, 1);
  auto forwarder = Start();
  EXPECT_TRUE(Poll([&] { return database_.heartbeats() >= 3; }));
  sink_.Hold(false);
  EXPECT_TRUE(CursorReachesTheEnd());
}

TEST_F(ForwarderTest, ADatabaseThatWasAwayIsPickedUpAtTheCursor) {
  Append(1, 1);
  auto forwarder = Start();
  ASSERT_TRUE(WaitUntilGot({1}));
  ASSERT_TRUE(CursorReachesTheEnd());
  database_.SetDown(true);
  ASSERT_TRUE(Poll([&] { return SinkMetrics(metrics_, kSink).restarts.Value() >= 1; }));
  database_.SetDown(false);
  Append(2, 2);
  ASSERT_TRUE(WaitUntilGot({1, 2}));
  EXPECT_THAT(Numbers(sink_.got()), ElementsAre(1, 2));
}

TEST_F(ForwarderTest, ARestoredDatabaseHoldsTheLaneUntilSomebodyDecides) {
  Append(1, 1);
  auto forwarder = Start();
  ASSERT_TRUE(WaitUntilGot({1}));
  ASSERT_TRUE(CursorReachesTheEnd());
  forwarder.reset();
  database_.SetNextXid(50);
  Append(2, 2);
  forwarder = Start();
  EXPECT_FALSE(Poll([&] { return sink_.publishes() > 1; }, absl::Milliseconds(100)));
  EXPECT_EQ(SinkMetrics(metrics_, kSink).active.Value(), 0);
  database_.SetNextXid(200);
  Append(3, 3);
  EXPECT_TRUE(WaitUntilGot({1, 3}));
}

TEST_F(ForwarderTest, EndsInTheMiddleOfAnOutage) {
  sink_.SetDown(true);
  Append(1, 1);
  auto forwarder = Start();
  ASSERT_TRUE(sink_.WaitFor([](const auto&, int publishes) { return publishes >= 1; }));
  forwarder.reset();
  EXPECT_EQ(database_.cursor(kSink), Position());
  EXPECT_THAT(outbox_.TryLock(), ordermesh::testing::IsOkAndHolds(true)) << "the lock was given back";
}

}  // namespace
}  // namespace ordermesh::relay
