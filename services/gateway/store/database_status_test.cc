#include "services/gateway/store/database_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "libs/domain/refusal.h"
#include "libs/postgres/connection.h"
#include "services/gateway/testing/sql_status.h"

namespace ordermesh::gateway {
namespace {

struct Case {
  const char* name;
  absl::Status status;
  Trouble trouble;
  absl::StatusCode code;
  const char* reason;
};

class DatabaseStatusTest : public ::testing::TestWithParam<Case> {};

TEST_P(DatabaseStatusTest, MeansThis) {
  const Case& expected = GetParam();
  EXPECT_EQ(TroubleOf(expected.status), expected.trouble);
  const absl::Status refusal = ToRefusal(expected.status, "stock");
  EXPECT_EQ(refusal.code(), expected.code);
  EXPECT_EQ(domain::RefusalOf(refusal).reason, expected.reason);
  // What the database said goes no further.
  EXPECT_EQ(std::string(refusal.message()).find("told to fail"), std::string::npos);
}

using Code = absl::StatusCode;
INSTANTIATE_TEST_SUITE_P(
    All, DatabaseStatusTest,
    ::testing::Values(
        Case{"deadlock", SqlError("40P01", Code::kAborted), Trouble::kDeadlock, Code::kUnavailable,
             "DATABASE_UNAVAILABLE"},
        Case{"rolled_back", absl::AbortedError("told to fail"), Trouble::kDeadlock, Code::kUnavailable,
             "DATABASE_UNAVAILABLE"},
        Case{"locked", SqlError("55P03", Code::kAborted), Trouble::kLocked, Code::kUnavailable, "LOCKED"},
        Case{"text", SqlError("22021", Code::kInvalidArgument), Trouble::kData, Code::kInvalidArgument,
             "ORDER_INVALID"},
        Case{"too_large", SqlError("54000", Code::kInvalidArgument), Trouble::kData, Code::kInvalidArgument,
             "ORDER_INVALID"},
        Case{"constraint", SqlError("23514", Code::kInvalidArgument), Trouble::kData, Code::kInternal, ""},
        Case{"lost", absl::UnavailableError("told to fail"), Trouble::kConnection, Code::kUnavailable,
             "DATABASE_UNAVAILABLE"},
        Case{"terminated", SqlError("57P01", Code::kUnavailable), Trouble::kConnection, Code::kUnavailable,
             "DATABASE_UNAVAILABLE"},
        Case{"slow", SqlError("57014", Code::kDeadlineExceeded), Trouble::kOther, Code::kUnavailable,
             "DATABASE_UNAVAILABLE"},
        Case{"disk_full", SqlError("53100", Code::kResourceExhausted), Trouble::kOther, Code::kUnavailable,
             "DATABASE_UNAVAILABLE"},
        Case{"queue_full", absl::ResourceExhaustedError("told to fail"), Trouble::kOther, Code::kResourceExhausted,
             "OVERLOADED"},
        Case{"expired", absl::DeadlineExceededError("told to fail"), Trouble::kOther, Code::kDeadlineExceeded,
             "DEADLINE_EXCEEDED"},
        Case{"gone", absl::CancelledError("told to fail"), Trouble::kOther, Code::kCancelled, "CANCELLED"},
        Case{"no_right", SqlError("42501", Code::kPermissionDenied), Trouble::kOther, Code::kInternal, ""},
        Case{"bad_sql", SqlError("42601", Code::kInternal), Trouble::kOther, Code::kInternal, ""}),
    [](const auto& test) { return test.param.name; });

TEST(ToListRefusalTest, OnlyAFilterThatIsTooBroadIsNotToBeRepeated) {
  const absl::Status broad = ToListRefusal(SqlError("57014", Code::kDeadlineExceeded));
  EXPECT_EQ(broad.code(), Code::kInvalidArgument);
  EXPECT_EQ(domain::RefusalOf(broad).reason, "FILTER_TOO_BROAD");
  EXPECT_FALSE(domain::RefusalOf(broad).retry_after.has_value());
  for (const absl::Status& passing :
       {absl::UnavailableError("no answer"), absl::UnavailableError("lost"), SqlError("55P03", Code::kAborted)}) {
    EXPECT_EQ(ToListRefusal(passing).code(), Code::kUnavailable) << passing;
  }
}

TEST(ToRefusalTest, AFaultThatGoesOnIsLoggedMoreAndMoreRarely) {
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) ToRefusal(SqlError("XX000", Code::kInternal), "stock").IgnoreError();
  const std::vector<std::string> lines = absl::StrSplit(::testing::internal::GetCapturedStderr(), "database_fault");
  EXPECT_EQ(lines.size() - 1, 7u) << "1, 2, 4 … 64";
}

TEST(SqlErrorTest, IsWhatTheConnectionGives) {
  EXPECT_EQ(postgres::SqlState(SqlError("40P01", Code::kAborted)), "40P01");
}

}  // namespace
}  // namespace ordermesh::gateway
