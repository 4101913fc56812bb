#include "libs/postgres/failure.h"

#include <gtest/gtest.h>

#include "libs/aio/stopping.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/sqlstate.h"
#include "libs/testing/sql_status.h"

namespace ordermesh::postgres {
namespace {

using base::StoreTrouble;
using testing::SqlError;

struct SqlCase {
  const char* state;
  StoreTrouble trouble;
};
class FailureOfServerTest : public ::testing::TestWithParam<SqlCase> {};

TEST_P(FailureOfServerTest, IsThisTrouble) {
  const absl::Status status = SqlError(GetParam().state, CodeOf(GetParam().state));
  ASSERT_EQ(SqlState(status), GetParam().state) << "SqlError is not what a connection gives";
  const base::StoreFailure failure = FailureOf(status);
  EXPECT_EQ(failure.trouble, GetParam().trouble);
  EXPECT_EQ(failure.code, GetParam().state);
}

INSTANTIATE_TEST_SUITE_P(All, FailureOfServerTest,
                         ::testing::Values(SqlCase{"40P01", StoreTrouble::kConflict},     // deadlock
                                           SqlCase{"40001", StoreTrouble::kConflict},     // serialization failure
                                           SqlCase{"55P03", StoreTrouble::kLocked},       // lock not available
                                           SqlCase{"22021", StoreTrouble::kUnstorable},   // character not in repertoire
                                           SqlCase{"54000", StoreTrouble::kUnstorable},   // index row too large
                                           SqlCase{"23514", StoreTrouble::kConstraint},   // check violation
                                           SqlCase{"23505", StoreTrouble::kConstraint},   // unique violation
                                           SqlCase{"57P01", StoreTrouble::kUnreachable},  // admin shutdown
                                           SqlCase{"08006", StoreTrouble::kUnreachable},  // connection failure
                                           SqlCase{"25006", StoreTrouble::kUnreachable},  // a standby
                                           SqlCase{"57014", StoreTrouble::kTooSlow},      // statement_timeout
                                           SqlCase{"53100", StoreTrouble::kNoRoom},       // disk full
                                           SqlCase{"53300", StoreTrouble::kNoRoom},       // too many connections
                                           SqlCase{"42501", StoreTrouble::kFault},        // insufficient privilege
                                           SqlCase{"42601", StoreTrouble::kFault},        // syntax error
                                           SqlCase{"XX000", StoreTrouble::kFault}),
                         [](const auto& test) { return test.param.state; });

struct OwnCase {
  const char* name;
  absl::Status status;
  StoreTrouble trouble;
};
class FailureWithoutServerTest : public ::testing::TestWithParam<OwnCase> {};

TEST_P(FailureWithoutServerTest, IsThisTrouble) {
  const base::StoreFailure failure = FailureOf(GetParam().status);
  EXPECT_EQ(failure.trouble, GetParam().trouble);
  EXPECT_EQ(failure.code, "");
}

INSTANTIATE_TEST_SUITE_P(All, FailureWithoutServerTest,
                         ::testing::Values(OwnCase{"RolledBack", absl::AbortedError(""), StoreTrouble::kConflict},
                                           OwnCase{"Lost", absl::UnavailableError(""), StoreTrouble::kUnreachable},
                                           OwnCase{"Stopping", aio::Stopping(), StoreTrouble::kStopping},
                                           OwnCase{"QueueFull", absl::ResourceExhaustedError(""),
                                                   StoreTrouble::kQueueFull},
                                           OwnCase{"Expired", absl::DeadlineExceededError(""), StoreTrouble::kExpired},
                                           OwnCase{"Gone", absl::CancelledError(""), StoreTrouble::kGone},
                                           OwnCase{"BadUrl", absl::FailedPreconditionError(""), StoreTrouble::kFault}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace ordermesh::postgres
