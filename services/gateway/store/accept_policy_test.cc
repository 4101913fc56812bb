#include "services/gateway/store/accept_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "absl/strings/str_split.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/connection.h"
#include "libs/testing/fake_random.h"
#include "libs/testing/sql_status.h"
#include "libs/testing/status_matchers.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::SqlError;
using ordermesh::testing::StatusIs;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

// Sleeping moves the time and takes none.
class SleepTimer : public base::Timer {
 public:
  base::SteadyTime SteadyNow() override { return now_; }
  bool SleepFor(absl::Duration duration, std::stop_token) override {
    now_ += duration;
    return true;
  }

 private:
  base::SteadyTime now_;
};

// Answers as it is told, one try after the other; then it stores.
class ScriptedAttempt : public AcceptAttempt {
 public:
  struct Try_ {
    std::vector<std::string> orders;  // request ids
    LockWait wait;
  };
  struct Failure {
    absl::Status status;
    bool outcome_unknown = false;
  };

  absl::StatusOr<std::vector<Decision>> Try(absl::Span<Acceptance> batch, LockWait wait) override {
    Try_ tried{{}, wait};
    for (const Acceptance& asked : batch) tried.orders.push_back(asked.request_id);
    tries.push_back(tried);
    outcome_unknown_ = false;
    if (!failures.empty()) {
      Failure failure = failures.front();
      failures.erase(failures.begin());
      outcome_unknown_ = failure.outcome_unknown;
      return failure.status;
    }
    if (judge) {
      for (const Acceptance& asked : batch) {
        if (absl::Status status = judge(asked, wait); !status.ok()) return status;
      }
    }
    return std::vector<Decision>(batch.size());
  }
  bool OutcomeUnknown() const override { return outcome_unknown_; }

  std::vector<Failure> failures;
  std::function<absl::Status(const Acceptance&, LockWait)> judge;
  std::vector<Try_> tries;

 private:
  bool outcome_unknown_ = false;
};

class AcceptPolicyTest : public ::testing::Test {
 protected:
  std::vector<absl::StatusOr<Accepted>> Run(int orders) {
    std::vector<Acceptance> batch;
    for (int i = 1; i <= orders; ++i) batch.push_back(AnAcceptance(i, {ALine(1)}));
    return policy_.Run(attempt_, std::move(batch));
  }

  SleepTimer timer_;
  ordermesh::testing::FakeRandom random_;
  base::Metrics registry_;
  StoreMetrics metrics_{registry_};
  AcceptPolicy policy_{{}, timer_, random_, metrics_};
  ScriptedAttempt attempt_;
};

TEST_F(AcceptPolicyTest, OneTryIsEnoughWhenNothingFails) {
  EXPECT_THAT(Run(3), ElementsAre(IsOk(), IsOk(), IsOk()));
  EXPECT_THAT(attempt_.tries, SizeIs(1));
}

TEST_F(AcceptPolicyTest, RunsTheBatchAgainAfterADeadlock) {
  for (int i = 0; i < 5; ++i) attempt_.failures.push_back({SqlError("40P01", absl::StatusCode::kAborted)});
  EXPECT_THAT(Run(2), Each(IsOk()));
  EXPECT_THAT(attempt_.tries, SizeIs(6));
  EXPECT_EQ(metrics_.retries_deadlock.Value(), 5);
}

TEST_F(AcceptPolicyTest, RunsTheBatchAgainOnceWhenTheSessionWasDead) {
  attempt_.failures.push_back({absl::UnavailableError("server closed the connection")});
  EXPECT_THAT(Run(2), Each(IsOk()));
  EXPECT_THAT(attempt_.tries, SizeIs(2));
}

TEST_F(AcceptPolicyTest, GivesUpSoonWhenTheDatabaseIsDown) {
  for (int i = 0; i < 9; ++i) attempt_.failures.push_back({absl::UnavailableError("connection refused")});
  const auto results = Run(2);
  EXPECT_THAT(results, Each(StatusIs(absl::StatusCode::kUnavailable)));
  EXPECT_EQ(domain::RefusalOf(results[0].status()).reason, reasons::kDatabaseUnavailable);
  EXPECT_TRUE(domain::RefusalOf(results[0].status()).retry_after.has_value());
  EXPECT_THAT(attempt_.tries, SizeIs(2));
}

TEST_F(AcceptPolicyTest, AfterALostCommitItInsistsWithTheSameBatch) {
  attempt_.failures.push_back({absl::UnavailableError("lost"), true});
  for (int i = 0; i < 6; ++i) attempt_.failures.push_back({absl::UnavailableError("connection refused")});
  // The lost session may still hold the keys.
  attempt_.failures.push_back({SqlError("55P03", absl::StatusCode::kAborted)});
  EXPECT_THAT(Run(3), Each(IsOk()));
  EXPECT_THAT(attempt_.tries, SizeIs(9));
  for (const auto& tried : attempt_.tries) EXPECT_THAT(tried.orders, SizeIs(3));
  EXPECT_EQ(metrics_.unknown_outcomes.Value(), 1);
}

TEST_F(AcceptPolicyTest, AnOutcomeThatStaysUnknownIsNotCalledSafe) {
  attempt_.failures.push_back({absl::UnavailableError("lost"), true});
  for (int i = 0; i < 1000; ++i) attempt_.failures.push_back({absl::UnavailableError("connection refused")});
  const base::SteadyTime start = timer_.SteadyNow();
  EXPECT_THAT(Run(2), Each(StatusIs(absl::StatusCode::kDeadlineExceeded)));
  EXPECT_LE(timer_.SteadyNow() - start, absl::Seconds(5));
  EXPECT_EQ(metrics_.unresolved_outcomes.Value(), 2);
}

TEST_F(AcceptPolicyTest, OnePoisonOrderFailsAlone) {
  attempt_.judge = [](const Acceptance& asked, LockWait) {
    return asked.request_id == "request-2" ? SqlError("22021", absl::StatusCode::kInvalidArgument) : absl::OkStatus();
  };
  EXPECT_THAT(Run(3), ElementsAre(IsOk(), StatusIs(absl::StatusCode::kInvalidArgument), IsOk()));
  EXPECT_THAT(attempt_.tries, SizeIs(4));
  EXPECT_EQ(metrics_.one_by_one_data.Value(), 1);
}

TEST_F(AcceptPolicyTest, ABrokenConstraintIsOursToMend) {
  attempt_.judge = [](const Acceptance&, LockWait) { return SqlError("23514", absl::StatusCode::kInvalidArgument); };
  EXPECT_THAT(Run(1), ElementsAre(StatusIs(absl::StatusCode::kInternal)));
}

TEST_F(AcceptPolicyTest, OnlyTheBlockedOrdersAreRefusedAndNoneWaitsTwice) {
  attempt_.judge = [](const Acceptance& asked, LockWait) {
    return asked.request_id == "request-1" ? SqlError("55P03", absl::StatusCode::kAborted) : absl::OkStatus();
  };
  const auto results = Run(3);
  EXPECT_THAT(results, ElementsAre(StatusIs(absl::StatusCode::kUnavailable), IsOk(), IsOk()));
  EXPECT_EQ(domain::RefusalOf(results[0].status()).reason, reasons::kLocked);
  ASSERT_THAT(attempt_.tries, SizeIs(4));
  EXPECT_EQ(attempt_.tries[0].wait, LockWait::kBriefly);
  for (int i = 1; i < 4; ++i) EXPECT_EQ(attempt_.tries[i].wait, LockWait::kNot);
  EXPECT_EQ(metrics_.one_by_one_locked.Value(), 1);
}

TEST_F(AcceptPolicyTest, ALostCommitInTheMiddleOfOneByOneIsRunAgainAlone) {
  attempt_.failures.push_back({SqlError("23514", absl::StatusCode::kInvalidArgument)});
  attempt_.failures.push_back({absl::UnavailableError("lost"), true});
  EXPECT_THAT(Run(2), Each(IsOk()));
  ASSERT_THAT(attempt_.tries, SizeIs(4));
  EXPECT_THAT(attempt_.tries[1].orders, ElementsAre("request-1"));
  EXPECT_THAT(attempt_.tries[2].orders, ElementsAre("request-1"));
  EXPECT_THAT(attempt_.tries[3].orders, ElementsAre("request-2"));
}

TEST_F(AcceptPolicyTest, WhatGoesOnFailingIsLoggedMoreAndMoreRarely) {
  attempt_.judge = [](const Acceptance& asked, LockWait) {
    return asked.request_id == "request-1" ? SqlError("55P03", absl::StatusCode::kAborted) : absl::OkStatus();
  };
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 50; ++i) Run(2);
  const std::vector<std::string> lines = absl::StrSplit(::testing::internal::GetCapturedStderr(), "accept_failed");
  EXPECT_THAT(attempt_.tries, SizeIs(150));
  EXPECT_THAT(lines, SizeIs(1 + 7)) << "of 100 failed tries, with others between them that did not fail";
}

TEST_F(AcceptPolicyTest, ADatabaseWithoutRoomIsUnavailable) {
  for (int i = 0; i < 3; ++i) attempt_.failures.push_back({SqlError("53100", absl::StatusCode::kResourceExhausted)});
  EXPECT_THAT(Run(2), Each(StatusIs(absl::StatusCode::kUnavailable)));
  EXPECT_THAT(attempt_.tries, SizeIs(1));
}

}  // namespace
}  // namespace ordermesh::gateway
