#include "libs/mesh/dependency_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::Pair;

TEST(DependencyCheckTest, ReportsEachLook) {
  FakeClock clock;
  Readiness readiness({"kafka"});
  std::atomic<bool> there = true;
  const DependencyCheck check(
      "kafka", [&] { return there ? absl::OkStatus() : absl::UnavailableError("no broker answers"); }, readiness,
      clock);
  clock.WaitForSleepers(1);
  EXPECT_TRUE(readiness.ready());
  there = false;
  EXPECT_TRUE(readiness.ready()) << "not looked at yet";
  clock.Advance(kCheckInterval);
  clock.WaitForSleepers(1);
  EXPECT_THAT(readiness.Describe(),
              ElementsAre(Pair("kafka", StatusIs(absl::StatusCode::kUnavailable, "no broker answers"))));
  there = true;
  clock.Advance(kCheckInterval);
  clock.WaitForSleepers(1);
  EXPECT_TRUE(readiness.ready());
}

TEST(DependencyCheckTest, OneThatHangsHidesNoOther) {
  FakeClock clock;
  Readiness readiness({"database", "kafka"});
  std::atomic<bool> release = false;
  const DependencyCheck hangs(
      "database",
      [&] {
        release.wait(false);
        return absl::UnavailableError("timeout");
      },
      readiness, clock);
  std::atomic<int> looks = 0;
  const DependencyCheck check(
      "kafka",
      [&] {
        ++looks;
        return absl::OkStatus();
      },
      readiness, clock);
  for (int look = 1; look < 5; ++look) {
    clock.WaitForSleepers(1);
    EXPECT_EQ(looks, look);
    clock.Advance(kCheckInterval);
  }
  release = true;
  release.notify_all();
}

}  // namespace
}  // namespace ordermesh::mesh
