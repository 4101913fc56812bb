#include "libs/aio/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "libs/aio/completion.h"
#include "libs/testing/manual_lane.h"

namespace ordermesh::aio {
namespace {

using ::testing::ElementsAre;

class TaskTest : public ::testing::Test {
 protected:
  testing::FakeClock clock_;
  testing::ManualLane lane_{clock_};
};

Task<int> Seven() { co_return 7; }
Task<std::unique_ptr<int>> Boxed(int n) { co_return std::make_unique<int>(n); }
Task<int> Sum() {
  auto seven = Seven();
  auto boxed = Boxed(5);
  const int first = co_await seven;
  const std::unique_ptr<int> second = co_await boxed;
  co_return first + *second;
}

// Runs a task and keeps its result, in a coroutine without a capture.
template <class T>
Task<void> Keep(Task<T> task, T& result) {
  result = co_await task;
}

TEST_F(TaskTest, GivesItsResultToItsCaller) {
  int result = 0;
  Spawn(Keep(Sum(), result));
  EXPECT_EQ(result, 12);
}

TEST_F(TaskTest, StartsOnlyWhenAwaited) {
  bool ran = false;
  {
    auto never = [](bool& ran) -> Task<void> {
      ran = true;
      co_return;
    }(ran);
  }
  EXPECT_FALSE(ran);
}

TEST_F(TaskTest, RunsUpToTheFirstSuspensionAtOnce) {
  std::vector<std::string> steps;
  Spawn([](testing::ManualLane& lane, std::vector<std::string>& steps) -> Task<void> {
    steps.push_back("begin");
    auto sleep = lane.Sleep(absl::Seconds(1));
    co_await sleep;
    steps.push_back("end");
  }(lane_, steps));
  EXPECT_THAT(steps, ElementsAre("begin"));
  lane_.RunUntilIdle();
  EXPECT_THAT(steps, ElementsAre("begin"));
  lane_.Advance(absl::Seconds(1));
  EXPECT_THAT(steps, ElementsAre("begin", "end"));
}

Task<int> Count(int n) {
  int sum = 0;
  for (int i = 0; i < n; ++i) {
    auto seven = Seven();
    sum += co_await seven;
  }
  co_return sum;
}
TEST_F(TaskTest, AwaitsManyTasksInARowWithoutGrowingTheStack) {
  int result = 0;
  Spawn(Keep(Count(100'000), result));
  EXPECT_EQ(result, 700'000);
}

TEST_F(TaskTest, ResumesWhenACompletionIsSet) {
  Completion<std::string> done(lane_);
  auto set = done.setter();
  std::string result;
  Spawn([](Completion<std::string> done, std::string& result) -> Task<void> { result = co_await done; }(done, result));
  set("arrived");
  EXPECT_EQ(result, "");  // It comes through the lane.
  lane_.RunUntilIdle();
  EXPECT_EQ(result, "arrived");
}

TEST_F(TaskTest, DoesNotWaitForACompletionThatIsSet) {
  Completion<int> done(lane_);
  done.setter().SetOnLane(3);
  int result = 0;
  Spawn([](Completion<int> done, int& result) -> Task<void> { result = co_await done; }(done, result));
  EXPECT_EQ(result, 3);
}

}  // namespace
}  // namespace ordermesh::aio
