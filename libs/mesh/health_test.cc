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
  const int id = readiness.OnChange([&] { told.push_back(readiness.ready()); });
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

// Reads need the database, intake also the validators.
std::vector<HealthGroup> ReadsAndIntake() {
  return {{"reads", {"database"}}, {"reads/intake", {"database", "validation"}}};
}

TEST(ReadinessTest, AGroupNeedsOnlyItsOwnDependencies) {
  Readiness readiness({"database", "validation"}, ReadsAndIntake());
  readiness.Report("database", absl::OkStatus());
  EXPECT_THAT(readiness.Groups(), ElementsAre(Pair("reads", true), Pair("reads/intake", false)));
  readiness.Report("validation", absl::OkStatus());
  EXPECT_THAT(readiness.Groups(), ElementsAre(Pair("reads", true), Pair("reads/intake", true)));
  readiness.Report("database", absl::UnavailableError("x"));
  EXPECT_EQ(readiness.ready("reads"), false);
  EXPECT_EQ(readiness.ready("nonsense"), std::nullopt);
}

TEST(ReadinessTest, IsReadyForAPartOnceItWasForAll) {
  Readiness readiness({"database", "validation"}, ReadsAndIntake());
  readiness.Report("database", absl::OkStatus());
  EXPECT_FALSE(readiness.ready()) << "at its start it waits for all";
  EXPECT_THAT(readiness.Describe().back(), Pair("starting", StatusIs(absl::StatusCode::kUnavailable)));
  readiness.Report("validation", absl::OkStatus());
  EXPECT_TRUE(readiness.ready());
  readiness.Report("validation", absl::UnavailableError("gone"));
  EXPECT_TRUE(readiness.ready());
  EXPECT_THAT(readiness.Describe().back(), Pair("validation", StatusIs(absl::StatusCode::kUnavailable)));
  readiness.Report("validation", absl::PermissionDeniedError("refused"));
  EXPECT_TRUE(readiness.ready()) << "it was right once";
  readiness.Report("database", absl::UnavailableError("gone"));
  EXPECT_FALSE(readiness.ready());
}

TEST(ReadinessTest, IsReadyForAPartWhenItsStartHasEndedAndTheRestIsOnlyAway) {
  struct Case {
    absl::Status validation;
    bool ready;
  };
  for (const Case& c : {Case{absl::UnavailableError("no validator answers"), true},
                        Case{absl::DeadlineExceededError("no answer in time"), true},
                        Case{absl::PermissionDeniedError("login refused"), false},
                        Case{absl::FailedPreconditionError("a topic is missing"), false}}) {
    Readiness readiness({"database", "validation"}, ReadsAndIntake());
    readiness.Report("database", absl::OkStatus());
    readiness.Report("validation", c.validation);
    readiness.EndStart();
    EXPECT_EQ(readiness.ready(), c.ready) << c.validation;
  }
}

TEST(ReadinessTest, NeverHavingBeenAskedIsAwayToo) {
  Readiness readiness({"database", "validation"}, ReadsAndIntake());
  readiness.Report("database", absl::OkStatus());
  readiness.EndStart();
  EXPECT_TRUE(readiness.ready());
}

TEST(ReadinessTest, IsNotReadyWithoutAnyGroup) {
  Readiness readiness({"database", "validation"}, ReadsAndIntake());
  readiness.Report("validation", absl::OkStatus());
  readiness.EndStart();
  EXPECT_FALSE(readiness.ready());
}

TEST(ReadinessTest, TellsAndLogsEveryChangeOfAGroup) {
  Readiness readiness({"database", "validation"}, ReadsAndIntake());
  std::vector<std::vector<std::pair<std::string, bool>>> told;
  readiness.OnChange([&] { told.push_back(readiness.Groups()); });
  ::testing::internal::CaptureStderr();
  readiness.Report("database", absl::OkStatus());
  readiness.Report("validation", absl::OkStatus());
  readiness.Report("validation", absl::UnavailableError("x"));
  readiness.Report("validation", absl::UnavailableError("y"));
  readiness.StartDraining();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("\"event\":\"group_not_ready\",\"group\":\"reads/intake\""));
  EXPECT_THAT(told, ElementsAre(ElementsAre(Pair("reads", true), Pair("reads/intake", false)),
                                ElementsAre(Pair("reads", true), Pair("reads/intake", true)),
                                ElementsAre(Pair("reads", true), Pair("reads/intake", false)),
                                ElementsAre(Pair("reads", false), Pair("reads/intake", false))));
}

}  // namespace
}  // namespace ordermesh::mesh
