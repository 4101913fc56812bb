#include "services/notifier/api/refusals.h"

#include <gtest/gtest.h>

#include "libs/domain/refusal.h"
#include "libs/testing/sql_status.h"

namespace ordermesh::notifier {
namespace {

using ordermesh::testing::SqlError;

TEST(AsListRefusalTest, OnlyAFilterThatIsTooBroadIsNotToBeRepeated) {
  const absl::Status broad = AsListRefusal(SqlError("57014", absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(broad.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(domain::RefusalOf(broad).reason, "FILTER_TOO_BROAD");
  EXPECT_FALSE(domain::RefusalOf(broad).retry_after.has_value());
  for (const auto& [passing, reason] : {std::pair{absl::UnavailableError("lost"), "DATABASE_UNAVAILABLE"},
                                        std::pair{SqlError("55P03", absl::StatusCode::kAborted), "LOCKED"}}) {
    const absl::Status refusal = AsListRefusal(passing);
    EXPECT_EQ(refusal.code(), absl::StatusCode::kUnavailable) << passing;
    EXPECT_EQ(domain::RefusalOf(refusal).reason, reason) << passing;
  }
}

// Of the pool, or of a statement that was cut short for it: the code is the reason.
TEST(AsListRefusalTest, WhatNobodyWaitsForAnyMoreIsNotTheDatabasesFault) {
  for (const absl::Status& given_up : {absl::DeadlineExceededError("passed"), absl::CancelledError("gone")}) {
    const absl::Status refusal = AsListRefusal(given_up);
    EXPECT_EQ(refusal.code(), given_up.code());
    EXPECT_EQ(domain::RefusalOf(refusal).reason, absl::StatusCodeToString(given_up.code()));
  }
}

TEST(AsRefusalTest, SaysWhyANotificationIsNotSentAgain) {
  for (const auto& [status, code, reason] :
       {std::tuple{absl::NotFoundError("unknown"), absl::StatusCode::kNotFound, "NOTIFICATION_NOT_FOUND"},
        std::tuple{absl::AlreadyExistsError("sent"), absl::StatusCode::kFailedPrecondition, "NOTIFICATION_SENT"},
        std::tuple{absl::FailedPreconditionError("busy"), absl::StatusCode::kFailedPrecondition,
                   "NOTIFICATION_BUSY"}}) {
    const absl::Status refusal = AsRefusal(status, "NOTIFICATION_NOT_FOUND");
    EXPECT_EQ(refusal.code(), code);
    EXPECT_EQ(domain::RefusalOf(refusal).reason, reason);
  }
}

}  // namespace
}  // namespace ordermesh::notifier
