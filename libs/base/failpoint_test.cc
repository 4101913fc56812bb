#include "libs/base/failpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace ordermesh::base {
namespace {

// Each runs in a process of its own: the environment is read once, and the process ends.
class FailpointDeathTest : public ::testing::Test {
 protected:
  FailpointDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(FailpointDeathTest, KillsAtTheGivenPassage) {
  EXPECT_EXIT(
      {
        setenv("ORDERMESH_FAILPOINTS", "other=stop,after_confirm=crash@3", 1);
        HitFailpoint("after_confirm");
        HitFailpoint("before_confirm");
        HitFailpoint("after_confirm");
        fprintf(stderr, "still here; ");
        HitFailpoint("after_confirm");
      },
      ::testing::KilledBySignal(SIGKILL),
      "still here; .*\"event\":\"failpoint\",\"name\":\"after_confirm\",\"passage\":3");
}

TEST_F(FailpointDeathTest, DoesNothingWhenNotArmed) {
  EXPECT_EXIT(
      {
        unsetenv("ORDERMESH_FAILPOINTS");
        HitFailpoint("after_confirm");
        std::exit(7);
      },
      ::testing::ExitedWithCode(7), "");
}

TEST_F(FailpointDeathTest, RefusesToMisreadATest) {
  EXPECT_EXIT(
      {
        setenv("ORDERMESH_FAILPOINTS", "after_confirm=explode", 1);
        HitFailpoint("after_confirm");
      },
      ::testing::KilledBySignal(SIGABRT), "failpoint_malformed");
}

}  // namespace
}  // namespace ordermesh::base
