#include "libs/postgres/repeat.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "absl/status/statusor.h"
#include "libs/testing/jumping_timer.h"
#include "libs/testing/sql_status.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::postgres {
namespace {

using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;
using Code = absl::StatusCode;

// What an attempt gives whose commit was lost is for the tests of stores: that takes a server.
class RepeatTest : public ::testing::Test {
 protected:
  absl::StatusOr<int> Run(std::deque<absl::Status> answers, absl::Duration within = absl::Seconds(3)) {
    auto attempt = [&, answers](Connection&) mutable -> absl::StatusOr<int> {
      ++attempts_;
      const absl::Status answer = answers.empty() ? absl::OkStatus() : answers.front();
      if (!answers.empty()) answers.pop_front();
      if (!answer.ok()) return answer;
      return attempts_;
    };
    bool unknown = true;
    const absl::StatusOr<int> answer =
        Repeat(connection_,
               {.deadline = base::Deadline::In(within, timer_),
                .timer = timer_,
                .decided = [](const absl::Status& status) { return absl::IsAlreadyExists(status); }},
               attempt, unknown);
    EXPECT_FALSE(unknown);
    return answer;
  }

  testing::JumpingTimer timer_;
  Connection connection_{{}};
  int attempts_ = 0;
};

TEST_F(RepeatTest, WhatWentWellIsNotRepeated) { EXPECT_THAT(Run({}), IsOkAndHolds(1)); }

TEST_F(RepeatTest, AnAnswerOfItsOwnIsNotRepeated) {
  EXPECT_THAT(Run({absl::AlreadyExistsError("taken")}), StatusIs(Code::kAlreadyExists));
  EXPECT_EQ(attempts_, 1);
}

TEST_F(RepeatTest, AConflictIsRepeatedAsOftenAsItTakes) {
  const absl::Status conflict = testing::SqlError("40P01", Code::kAborted);
  EXPECT_THAT(Run({conflict, conflict, conflict}), IsOkAndHolds(4));
}

TEST_F(RepeatTest, AConflictIsNotRepeatedBehindTheDeadline) {
  EXPECT_THAT(Run({testing::SqlError("40P01", Code::kAborted)}, absl::ZeroDuration()), StatusIs(Code::kAborted));
  EXPECT_EQ(attempts_, 1);
}

TEST_F(RepeatTest, ASessionThatHadDiedIsReplacedOnce) {
  EXPECT_THAT(Run({absl::UnavailableError("lost")}), IsOkAndHolds(2));
  attempts_ = 0;
  EXPECT_THAT(Run({absl::UnavailableError("lost"), absl::UnavailableError("away")}), StatusIs(Code::kUnavailable));
  EXPECT_EQ(attempts_, 2);
}

}  // namespace
}  // namespace ordermesh::postgres
