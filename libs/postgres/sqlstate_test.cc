#include "libs/postgres/sqlstate.h"

#include <gtest/gtest.h>

#include "libs/postgres/connection.h"

namespace ordermesh::postgres {
namespace {

struct Case {
  const char* sqlstate;
  absl::StatusCode code;
  bool spoils_session = false;
};

class SqlStateTest : public ::testing::TestWithParam<Case> {};

TEST_P(SqlStateTest, SaysWhatTheCallerShouldDo) {
  EXPECT_EQ(CodeOf(GetParam().sqlstate), GetParam().code);
  EXPECT_EQ(SpoilsSession(GetParam().sqlstate), GetParam().spoils_session);
}

INSTANTIATE_TEST_SUITE_P(
    All, SqlStateTest,
    ::testing::Values(Case{"40P01", absl::StatusCode::kAborted},            // deadlock detected
                      Case{"40001", absl::StatusCode::kAborted},            // serialization failure
                      Case{"55P03", absl::StatusCode::kAborted},            // lock not available
                      Case{"57014", absl::StatusCode::kDeadlineExceeded},   // query canceled
                      Case{"57P01", absl::StatusCode::kUnavailable},        // admin shutdown
                      Case{"57P02", absl::StatusCode::kUnavailable},        // crash shutdown
                      Case{"57P03", absl::StatusCode::kUnavailable},        // cannot connect now
                      Case{"57P05", absl::StatusCode::kUnavailable},        // idle session timeout
                      Case{"25P03", absl::StatusCode::kUnavailable},        // idle in transaction timeout
                      Case{"08006", absl::StatusCode::kUnavailable},        // connection failure
                      Case{"25006", absl::StatusCode::kUnavailable, true},  // read-only transaction: a standby
                      Case{"26000", absl::StatusCode::kUnavailable, true},  // no such prepared statement
                      Case{"0A000", absl::StatusCode::kInternal, true},     // outdated plan, or not supported
                      Case{"22021", absl::StatusCode::kInvalidArgument},    // character not in repertoire
                      Case{"22003", absl::StatusCode::kInvalidArgument},    // out of range
                      Case{"23505", absl::StatusCode::kInvalidArgument},    // unique violation
                      Case{"23514", absl::StatusCode::kInvalidArgument},    // check violation
                      Case{"54000", absl::StatusCode::kInvalidArgument},    // index row too large
                      Case{"53100", absl::StatusCode::kResourceExhausted},  // disk full
                      Case{"53300", absl::StatusCode::kResourceExhausted},  // too many connections
                      Case{"42501", absl::StatusCode::kPermissionDenied},   // insufficient privilege
                      Case{"42P01", absl::StatusCode::kInternal},           // undefined table
                      Case{"XX000", absl::StatusCode::kInternal},           // internal error
                      Case{"", absl::StatusCode::kInternal}),
    [](const auto& info) { return info.param.sqlstate[0] == 0 ? "none" : info.param.sqlstate; });

TEST(SqlStateOfStatusTest, IsEmptyForOtherStatuses) {
  EXPECT_EQ(SqlState(absl::OkStatus()), "");
  EXPECT_EQ(SqlState(absl::InternalError("40P01")), "");
}

}  // namespace
}  // namespace ordermesh::postgres
