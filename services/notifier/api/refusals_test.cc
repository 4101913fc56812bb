#include "services/notifier/api/refusals.h"

#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "libs/domain/refusal.h"

namespace ordermesh::notifier {
namespace {

absl::Status SqlError(absl::string_view state, absl::StatusCode code) {
  absl::Status status(code, "told to fail");
  status.SetPayload("ordermesh/sqlstate", absl::Cord(state));  // as postgres::Connection does
  return status;
}

TEST(AsListRefusalTest, OnlyAFilterThatIsTooBroadIsNotToBeRepeated) {
  const absl::Status broad = AsListRefusal(SqlError("57014", absl::StatusCode::kDeadlineExceeded));
  EXPECT_EQ(broad.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(domain::RefusalOf(broad).reason, "FILTER_TOO_BROAD");
  EXPECT_FALSE(domain::RefusalOf(broad).retry_after.has_value());
  for (const absl::Status& passing : {absl::UnavailableError("no answer"), absl::UnavailableError("lost"),
                                      SqlError("55P03", absl::StatusCode::kAborted)}) {
    const absl::Status refusal = AsListRefusal(passing);
    EXPECT_EQ(refusal.code(), absl::StatusCode::kUnavailable) << passing;
    EXPECT_EQ(domain::RefusalOf(refusal).reason, "DATABASE_UNAVAILABLE") << passing;
  }
}

// Of the pool, or of a statement that was cut short for it: the code is the reason.
TEST(AsListRefusalTest, WhatNobodyWaitsForAnyMoreIsNotTheDatabasesFault) {
  for (const absl::Status& given_up : {absl::DeadlineExceededError("passed"), absl::CancelledError("gone")}) {
    EXPECT_EQ(AsListRefusal(given_up), given_up);
  }
}

TEST(AsRefusalTest, ABrokerThatIsSlowIsNotADeadline) {
  const absl::Status refusal = AsRefusal(absl::DeadlineExceededError("rabbitmq: it takes no more bytes"), "");
  EXPECT_EQ(refusal.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(domain::RefusalOf(refusal).reason, "BROKER_UNAVAILABLE");
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
