#include "libs/mesh/health.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/status_matchers.h"

namespace ordermesh::mesh {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(ReadinessTest, IsReadyWhenEveryDependencyIs) {
  Readiness readiness({"postgres", "catalogue"});
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.Describe(),
              ElementsAre(Pair("catalogue", StatusIs(absl::StatusCode::kUnavailable, "not checked yet")),
                          Pair("postgres", StatusIs(absl::StatusCode::kUnavailable, "not checked yet"))));
  readiness.Report("postgres", absl::OkStatus());
  EXPECT_FALSE(readiness.ready());
  readiness.Report("catalogue", absl::OkStatus());
  EXPECT_TRUE(readiness.ready());
  readiness.Report("postgres", absl::UnavailableError("connection refused"));
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.Describe(),
              ElementsAre(Pair("catalogue", IsOk()),
                          Pair("postgres", StatusIs(absl::StatusCode::kUnavailable, "connection refused"))));
}

TEST(ReadinessTest, IsReadyWithoutDependencies) { EXPECT_TRUE(Readiness({}).ready()); }

TEST(ReadinessTest, IsNeverReadyAgainOnceItDrains) {
  Readiness readiness({"postgres"});
  readiness.Report("postgres", absl::OkStatus());
  readiness.StartDraining();
  EXPECT_FALSE(readiness.ready());
  readiness.Report("postgres", absl::OkStatus());
  EXPECT_FALSE(readiness.ready());
  EXPECT_THAT(readiness.Describe().back(), Pair("draining", StatusIs(absl::StatusCode::kUnavailable)));
}

TEST(ReadinessTest, TellsChangesAndOnlyChanges) {
  Readiness readiness({"postgres"});
  std::vector<bool> told;
  const int id = readiness.OnChange([&](bool ready) { told.push_back(ready); });
  readiness.Report("postgres", absl::OkStatus());
  readiness.Report("postgres", absl::OkStatus());
  readiness.Report("postgres", absl::UnavailableError("x"));
  readiness.Report("postgres", absl::UnavailableError("y"));
  readiness.Report("postgres", absl::OkStatus());
  readiness.StartDraining();
  readiness.StartDraining();
  EXPECT_THAT(told, ElementsAre(true, false, true, false));
  readiness.Forget(id);
}

TEST(ReadinessTest, LogsADependencyOnlyWhenItChanges) {
  Readiness readiness({"postgres"});
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) readiness.Report("postgres", absl::OkStatus());
  for (int i = 0; i < 3; ++i) readiness.Report("postgres", absl::UnavailableError("refused"));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 4) << log;
  EXPECT_THAT(log, HasSubstr("\"event\":\"dependency_down\",\"dependency\":\"postgres\",\"reason\":\"refused\""));
}

TEST(ReadinessTest, LogsWhyADependencyWasNeverUpAndWhenTheReasonChanges) {
  Readiness readiness({"database"});
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 3; ++i) readiness.Report("database", absl::UnavailableError("connection refused"));
  for (int i = 0; i < 3; ++i) readiness.Report("database", absl::UnavailableError("password authentication failed"));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 2) << log;
  EXPECT_THAT(log,
              HasSubstr("\"event\":\"dependency_down\",\"dependency\":\"database\",\"reason\":\"connection refused\""));
  EXPECT_THAT(log, HasSubstr("\"reason\":\"password authentication failed\""));
}

TEST(ReadinessTest, TakesAReasonWithOtherNumbersForTheSame) {
  Readiness readiness({"catalogue"});
  ::testing::internal::CaptureStderr();
  readiness.Report("catalogue", absl::UnavailableError("31000 ms old"));
  readiness.Report("catalogue", absl::UnavailableError("31500 ms old"));
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
}

}  // namespace
}  // namespace ordermesh::mesh
