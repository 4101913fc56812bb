#include "libs/base/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::base {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::ordermesh::testing::StatusIs;

TEST(AnnotateTest, AddsContextAndKeepsPayloads) {
  absl::Status status = absl::NotFoundError("no row");
  status.SetPayload("key", absl::Cord("value"));
  const absl::Status annotated = Annotate(status, "order 7f3");
  EXPECT_THAT(annotated, StatusIs(absl::StatusCode::kNotFound, "order 7f3: no row"));
  EXPECT_EQ(annotated.GetPayload("key"), absl::Cord("value"));
  EXPECT_THAT(Annotate(absl::OkStatus(), "nothing"), IsOk());
}

absl::StatusOr<int> Half(int n) {
  if (n % 2 != 0) return absl::InvalidArgumentError("odd");
  return n / 2;
}
absl::StatusOr<int> Quarter(int n) {
  ASSIGN_OR_RETURN(const int half, Half(n));
  ASSIGN_OR_RETURN(int quarter, Half(half));
  return quarter;
}
absl::Status Check(int n) {
  RETURN_IF_ERROR(Half(n).status());
  return absl::AlreadyExistsError("even");
}

TEST(StatusMacrosTest, ReturnTheFirstError) {
  EXPECT_THAT(Quarter(8), IsOkAndHolds(2));
  EXPECT_THAT(Quarter(6), StatusIs(absl::StatusCode::kInvalidArgument, "odd"));
  EXPECT_THAT(Quarter(7), StatusIs(absl::StatusCode::kInvalidArgument, "odd"));
  EXPECT_THAT(Check(1), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Check(2), StatusIs(absl::StatusCode::kAlreadyExists));
}

}  // namespace
}  // namespace ordermesh::base
