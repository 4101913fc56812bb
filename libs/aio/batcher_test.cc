#include "libs/aio/batcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "libs/aio/completion.h"
#include "libs/testing/manual_lane.h"

namespace ordermesh::aio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Notes each flush, which ends when the test says so.
class BatcherTest : public ::testing::Test {
 protected:
  Task<void> Flush(std::vector<int> items) {
    flushed_.push_back(std::move(items));
    Completion<bool> end(lane_);
    running_.push_back(end.setter());
    co_await end;
  }
  void EndFlush() {
    auto end = running_.front();
    running_.pop_front();
    end.SetOnLane(true);
  }
  Batcher<int>& Make(BatchLimits limits) {
    batcher_ = std::make_unique<Batcher<int>>(lane_, limits, [this](std::vector<int> items) { return Flush(items); });
    return *batcher_;
  }
  void TearDown() override {
    while (!running_.empty()) EndFlush();
    EXPECT_TRUE(batcher_->idle());
  }

  testing::FakeClock clock_;
  testing::ManualLane lane_{clock_};
  std::vector<std::vector<int>> flushed_;
  std::deque<Completion<bool>::Setter> running_;
  std::unique_ptr<Batcher<int>> batcher_;
};

TEST_F(BatcherTest, LetsAnItemLeaveAtOnceWhenIdle) {
  Batcher<int>& batcher = Make({});
  batcher.Add(1);
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1)));
  EXPECT_EQ(batcher.in_flight(), 1);
}

TEST_F(BatcherTest, GathersWhileAFlushIsUnderWayAndSendsAllAtItsEnd) {
  Batcher<int>& batcher = Make({.max_in_flight = 1});
  for (int i = 1; i <= 4; ++i) batcher.Add(i);
  EXPECT_EQ(batcher.gathered(), 3u);
  EndFlush();
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3, 4)));
}

TEST_F(BatcherTest, NeverSendsMoreThanTheMostAtOnce) {
  Batcher<int>& batcher = Make({.max_items = 2, .max_in_flight = 1});
  for (int i = 1; i <= 6; ++i) batcher.Add(i);
  EndFlush();
  EndFlush();
  EndFlush();
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3), ElementsAre(4, 5), ElementsAre(6)));
}

TEST_F(BatcherTest, StartsASecondFlushWhenEnoughHaveGathered) {
  Batcher<int>& batcher = Make({.max_items = 3, .max_in_flight = 2});
  for (int i = 1; i <= 3; ++i) batcher.Add(i);
  EXPECT_EQ(flushed_.size(), 1u);
  batcher.Add(4);
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3, 4)));
}

TEST_F(BatcherTest, StartsASecondFlushWhenTheOldestHasWaitedLongEnough) {
  Batcher<int>& batcher = Make({.max_items = 64, .max_wait = absl::Milliseconds(2), .max_in_flight = 2});
  batcher.Add(1);
  batcher.Add(2);
  lane_.Advance(absl::Milliseconds(1));
  batcher.Add(3);
  EXPECT_EQ(flushed_.size(), 1u);
  lane_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
}

TEST_F(BatcherTest, WaitsAsLongWhereverTheWallClockIsSet) {
  for (const absl::Duration by : {-absl::Minutes(1), absl::Minutes(1)}) {
    flushed_.clear();
    Batcher<int>& batcher = Make({.max_items = 64, .max_wait = absl::Milliseconds(2), .max_in_flight = 2});
    batcher.Add(1);
    batcher.Add(2);
    clock_.MoveWallClock(by);
    lane_.Advance(absl::Milliseconds(1));
    EXPECT_EQ(flushed_.size(), 1u) << absl::FormatDuration(by);
    lane_.Advance(absl::Milliseconds(1));
    EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2))) << absl::FormatDuration(by);
    while (!running_.empty()) EndFlush();
  }
}

TEST_F(BatcherTest, KeepsToTheMostFlushesAtOnce) {
  Batcher<int>& batcher = Make({.max_items = 1, .max_in_flight = 2});
  for (int i = 1; i <= 5; ++i) batcher.Add(i);
  lane_.Advance(absl::Seconds(1));
  EXPECT_EQ(batcher.in_flight(), 2);
  EXPECT_EQ(flushed_.size(), 2u);
}

// What is left of a full batch has waited as long as it has waited, not since that batch left.
TEST_F(BatcherTest, CountsTheWaitOfWhatIsLeftFromItsArrival) {
  Batcher<int>& batcher = Make({.max_items = 2, .max_wait = absl::Milliseconds(2), .max_in_flight = 3});
  batcher.Add(1);
  batcher.Add(2);
  lane_.Advance(absl::Milliseconds(1));
  batcher.AddAll({3, 4});
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
  lane_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(flushed_.size(), 2u);
  lane_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(flushed_.back(), ElementsAre(4));
}

TEST_F(BatcherTest, SpacesFlushesThatEndSoon) {
  Batcher<int>& batcher = Make({.max_in_flight = 4, .spacing = absl::Milliseconds(2)});
  batcher.Add(1);
  EndFlush();
  batcher.Add(2);
  lane_.Advance(absl::Milliseconds(1));
  batcher.Add(3);
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1)));
  lane_.Advance(absl::Milliseconds(1));
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3)));
  EndFlush();
  lane_.Advance(absl::Milliseconds(2));
  batcher.Add(4);
  EXPECT_THAT(flushed_.back(), ElementsAre(4)) << "after a pause an item leaves at once";
}

TEST_F(BatcherTest, DoesNotSpaceAFullBatch) {
  Batcher<int>& batcher = Make({.max_items = 2, .max_in_flight = 4, .spacing = absl::Milliseconds(2)});
  for (int i = 1; i <= 5; ++i) batcher.Add(i);
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2, 3), ElementsAre(4, 5)));
}

// The wait for a flush under way would have been longer than the spacing that is left when it ends.
TEST_F(BatcherTest, WaitsForTheSpacingOnlyOnceNoFlushIsUnderWay) {
  Batcher<int>& batcher =
      Make({.max_wait = absl::Milliseconds(10), .max_in_flight = 2, .spacing = absl::Milliseconds(3)});
  batcher.Add(1);
  lane_.Advance(absl::Milliseconds(1));
  batcher.Add(2);
  EndFlush();
  EXPECT_EQ(flushed_.size(), 1u);
  lane_.Advance(absl::Milliseconds(2));
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(2)));
}

TEST_F(BatcherTest, ABatchIsBoundedInBytes) {
  // Each item is as heavy as its number.
  batcher_ = std::make_unique<Batcher<int>>(
      lane_, BatchLimits{.max_items = 4, .max_bytes = 10}, [this](std::vector<int> items) { return Flush(items); },
      [](int item) { return static_cast<std::size_t>(item); });
  batcher_->AddAll({6, 4, 1, 11, 12, 2, 2, 2, 2, 2});
  while (!running_.empty()) EndFlush();
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(6, 4), ElementsAre(1), ElementsAre(11), ElementsAre(12),
                                    ElementsAre(2, 2, 2, 2), ElementsAre(2)));
}

TEST_F(BatcherTest, ABatchThatIsFullOfBytesWaitsForNothing) {
  batcher_ = std::make_unique<Batcher<int>>(
      lane_, BatchLimits{.max_bytes = 10, .max_in_flight = 2}, [this](std::vector<int> items) { return Flush(items); },
      [](int item) { return static_cast<std::size_t>(item); });
  for (const int item : {1, 5, 4}) batcher_->Add(item);
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1)));
  batcher_->Add(1);
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1), ElementsAre(5, 4, 1)));
}

TEST_F(BatcherTest, SendsTogetherWhatCameTogether) {
  Batcher<int>& batcher = Make({});
  batcher.AddAll({1, 2, 3});
  batcher.AddAll({});
  EXPECT_THAT(flushed_, ElementsAre(ElementsAre(1, 2, 3)));
}

TEST_F(BatcherTest, TakesWhatAFlushAdds) {
  std::vector<std::vector<int>> flushed;
  Batcher<int>* again = nullptr;
  Batcher<int> batcher(lane_, {}, [&](std::vector<int> items) -> Task<void> {
    flushed.push_back(items);
    if (items.front() == 1) again->Add(2);
    co_return;
  });
  again = &batcher;
  batcher.Add(1);
  EXPECT_THAT(flushed, ElementsAre(ElementsAre(1), ElementsAre(2)));
  EXPECT_TRUE(batcher.idle());
  Make({});
}

TEST_F(BatcherTest, TakesItsTimerWithIt) {
  {
    Batcher<int>& batcher = Make({.max_in_flight = 2});
    batcher.Add(1);
    batcher.Add(2);
    EndFlush();
    EndFlush();
  }
  batcher_ = nullptr;
  lane_.Advance(absl::Seconds(1));
  Make({});
}

}  // namespace
}  // namespace ordermesh::aio
