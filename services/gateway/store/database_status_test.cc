#include "services/gateway/store/database_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libs/domain/refusal.h"
#include "libs/testing/sql_status.h"

namespace ordermesh::gateway {
namespace {

using ordermesh::testing::SqlError;

struct Case {
  const char* name;
  absl::Status status;
  absl::StatusCode code;
  const char* reason;
};

class DatabaseStatusTest : public ::testing::TestWithParam<Case> {};

TEST_P(DatabaseStatusTest, MeansThis) {
  const Case& expected = GetParam();
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
        Case{"deadlock", SqlError("40P01", Code::kAborted), Code::kUnavailable, "DATABASE_UNAVAILABLE"},
        Case{"rolled_back", absl::AbortedError("told to fail"), Code::kUnavailable, "DATABASE_UNAVAILABLE"},
        Case{"locked", SqlError("55P03", Code::kAborted), Code::kUnavailable, "LOCKED"},
        Case{"text", SqlError("22021", Code::kInvalidArgument), Code::kInvalidArgument, "ORDER_INVALID"},
        Case{"too_large", SqlError("54000", Code::kInvalidArgument), Code::kInvalidArgument, "ORDER_INVALID"},
        Case{"constraint", SqlError("23514", Code::kInvalidArgument), Code::kInternal, ""},
        Case{"lost", absl::UnavailableError("told to fail"), Code::kUnavailable, "DATABASE_UNAVAILABLE"},
        Case{"terminated", SqlError("57P01", Code::kUnavailable), Code::kUnavailable, "DATABASE_UNAVAILABLE"},
        Case{"slow", SqlError("57014", Code::kDeadlineExceeded), Code::kUnavailable, "DATABASE_UNAVAILABLE"},
        Case{"disk_full", SqlError("53100", Code::kResourceExhausted), Code::kUnavailable, "DATABASE_UNAVAILABLE"},
        Case{"queue_full", absl::ResourceExhaustedError("told to fail"), Code::kResourceExhausted, "OVERLOADED"},
        Case{"expired", absl::DeadlineExceededError("told to fail"), Code::kDeadlineExceeded, "DEADLINE_EXCEEDED"},
        Case{"gone", absl::CancelledError("told to fail"), Code::kCancelled, "CANCELLED"},
        Case{"no_right", SqlError("42501", Code::kPermissionDenied), Code::kInternal, ""},
        Case{"bad_sql", SqlError("42601", Code::kInternal), Code::kInternal, ""}),
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

}  // namespace
}  // namespace ordermesh::gateway
