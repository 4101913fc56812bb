#include "libs/api/store_refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::api {
namespace {

using base::StoreTrouble;
using Code = absl::StatusCode;
using ::ordermesh::testing::StatusIs;
using ::testing::HasSubstr;

absl::Status Failed() { return absl::UnknownError("told to fail"); }

struct Case {
  const char* name;
  StoreTrouble trouble;
  Code code;
  const char* reason;
  Code list_code;
  const char* list_reason;
};
class StoreRefusalTest : public ::testing::TestWithParam<Case> {};

TEST_P(StoreRefusalTest, MeansThis) {
  const Case& expected = GetParam();
  const base::StoreFailure failure{expected.trouble, "X1"};
  const absl::Status refusal = StoreRefusal(Failed(), failure, {.unstorable = domain::reasons::kOrderInvalid});
  EXPECT_EQ(refusal.code(), expected.code);
  EXPECT_EQ(domain::RefusalOf(refusal).reason, expected.reason);
  const absl::Status of_list = StoreRefusal(Failed(), failure, {.narrow = "filter by customer"});
  EXPECT_EQ(of_list.code(), expected.list_code);
  EXPECT_EQ(domain::RefusalOf(of_list).reason, expected.list_reason);
  for (const absl::Status& told : {refusal, of_list}) {
    EXPECT_FALSE(absl::StrContains(told.message(), "told to fail")) << "what the store said goes no further";
  }
}

constexpr char kAway[] = "DATABASE_UNAVAILABLE";
INSTANTIATE_TEST_SUITE_P(
    All, StoreRefusalTest,
    ::testing::Values(
        Case{"Conflict", StoreTrouble::kConflict, Code::kUnavailable, kAway, Code::kUnavailable, kAway},
        Case{"Locked", StoreTrouble::kLocked, Code::kUnavailable, "LOCKED", Code::kUnavailable, "LOCKED"},
        Case{"Unstorable", StoreTrouble::kUnstorable, Code::kInvalidArgument, "ORDER_INVALID", Code::kInternal, ""},
        Case{"Constraint", StoreTrouble::kConstraint, Code::kInternal, "", Code::kInternal, ""},
        Case{"Unreachable", StoreTrouble::kUnreachable, Code::kUnavailable, kAway, Code::kUnavailable, kAway},
        Case{"TooSlow", StoreTrouble::kTooSlow, Code::kUnavailable, kAway, Code::kInvalidArgument, "FILTER_TOO_BROAD"},
        Case{"NoRoom", StoreTrouble::kNoRoom, Code::kUnavailable, kAway, Code::kUnavailable, kAway},
        Case{"QueueFull", StoreTrouble::kQueueFull, Code::kResourceExhausted, "OVERLOADED", Code::kResourceExhausted,
             "OVERLOADED"},
        Case{"Stopping", StoreTrouble::kStopping, Code::kUnavailable, "SHUTTING_DOWN", Code::kUnavailable,
             "SHUTTING_DOWN"},
        Case{"Expired", StoreTrouble::kExpired, Code::kDeadlineExceeded, "DEADLINE_EXCEEDED", Code::kDeadlineExceeded,
             "DEADLINE_EXCEEDED"},
        Case{"Gone", StoreTrouble::kGone, Code::kCancelled, "CANCELLED", Code::kCancelled, "CANCELLED"},
        Case{"Fault", StoreTrouble::kFault, Code::kInternal, "", Code::kInternal, ""}),
    [](const auto& test) { return test.param.name; });

TEST(StoreRefusalWordsTest, NameTheStoreAndItsReason) {
  const StoreWords index{.store = "search", .unavailable = domain::reasons::kBrokerUnavailable, .subject = "the index"};
  const absl::Status away = StoreRefusal(Failed(), {StoreTrouble::kUnreachable, ""}, index);
  EXPECT_THAT(away, StatusIs(Code::kUnavailable, HasSubstr("search: not reachable")));
  EXPECT_EQ(domain::RefusalOf(away).reason, "BROKER_UNAVAILABLE");
  EXPECT_THAT(StoreRefusal(Failed(), {StoreTrouble::kLocked, ""}, index),
              StatusIs(Code::kUnavailable, HasSubstr("search: the index is locked")));
}

TEST(StoreRefusalWordsTest, WhatWasDecidedStays) {
  const absl::Status decided = domain::ToStatus({.code = Code::kNotFound, .message = "none", .reason = "NOT_FOUND"});
  EXPECT_EQ(StoreRefusal(decided, {StoreTrouble::kFault, ""}, {}), decided);
}

TEST(StoreRefusalLogTest, AFailureThatGoesOnIsLoggedMoreAndMoreRarely) {
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) StoreRefusal(Failed(), {StoreTrouble::kFault, "XX000"}, {}).IgnoreError();
  const std::vector<std::string> lines = absl::StrSplit(::testing::internal::GetCapturedStderr(), "store_failed");
  EXPECT_EQ(lines.size() - 1, 7u) << "1, 2, 4 … 64";
}

}  // namespace
}  // namespace ordermesh::api
