#include "libs/domain/field_refusals.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

struct Case {
  const char* name;
  absl::Status status;
  const char* reason;
  const char* field;
};

class FieldRefusalsTest : public testing::TestWithParam<Case> {};

TEST_P(FieldRefusalsTest, NamesTheFieldInItsOneViolation) {
  const Refusal refusal = RefusalOf(GetParam().status);
  EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal.reason, GetParam().reason);
  ASSERT_EQ(refusal.violations.size(), 1u);
  const Violation& violation = refusal.violations.front();
  EXPECT_EQ(violation.rule, GetParam().reason);
  EXPECT_EQ(violation.field, GetParam().field);
  EXPECT_EQ(refusal.message, violation.field + ": " + violation.description);
}

INSTANTIATE_TEST_SUITE_P(All, FieldRefusalsTest,
                         testing::Values(Case{"Id", ReadId("7", "ids[1]").status(), reasons::kIdMalformed, "ids[1]"},
                                         Case{"Filter", FilterMalformed("state", "is none"), reasons::kFilterMalformed,
                                              "state"}),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ordermesh::domain
