#include "libs/wire/field_paths.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::wire {
namespace {

using domain::Broken;
using domain::Rule;

std::vector<std::string> JoinedPaths(const std::vector<domain::Violation>& violations) {
  std::vector<std::string> paths;
  for (const auto& violation : JoinLines(violations))
    paths.push_back(absl::StrCat(violation.rule, " ", violation.field));
  return paths;
}

TEST(JoinLinesTest, JoinsLinesOfOneRuleAndField) {
  std::vector<domain::Violation> violations = {Broken(Rule::kNoteTooLong, "note", 2001)};
  for (int line : {0, 1, 2, 5, 7, 8}) {
    violations.push_back(Broken(Rule::kSkuRequired, absl::StrCat("lines[", line, "].sku")));
    if (line < 2) violations.push_back(Broken(Rule::kQuantityOutOfRange, absl::StrCat("lines[", line, "].quantity")));
  }
  EXPECT_THAT(JoinedPaths(violations), ::testing::ElementsAre("NOTE_TOO_LONG note", "SKU_REQUIRED lines[0-2,5,7-8].sku",
                                                              "QUANTITY_OUT_OF_RANGE lines[0-1].quantity"));
}

TEST(JoinLinesTest, LeavesOtherPathsAlone) {
  EXPECT_THAT(JoinedPaths({Broken(Rule::kFieldNotAllowed, "state"), Broken(Rule::kFieldNotAllowed, "total"),
                           Broken(Rule::kTextNotUtf8, "lines[x].sku"), Broken(Rule::kTextNotUtf8, "lines[1")}),
              ::testing::ElementsAre("FIELD_NOT_ALLOWED state", "FIELD_NOT_ALLOWED total", "TEXT_NOT_UTF8 lines[x].sku",
                                     "TEXT_NOT_UTF8 lines[1"));
  EXPECT_THAT(JoinedPaths({}), ::testing::IsEmpty());
}

}  // namespace
}  // namespace ordermesh::wire
