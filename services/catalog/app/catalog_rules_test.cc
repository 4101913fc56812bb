#include "services/catalog/app/catalog_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {
namespace {

using ordermesh::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// The rows of the page's table of the catalogue's rules.
std::set<std::string> RowsOfThePage() {
  std::ifstream page(absl::StrCat(ORDERMESH_SOURCE_DIR, "/docs/errors.md"));
  EXPECT_TRUE(page.good());
  std::set<std::string> rows;
  bool here = false;
  for (std::string line; std::getline(page, line);) {
    if (absl::StartsWith(line, "## ")) here = line == "## Rules of the catalogue";
    if (here && absl::StartsWith(line, "| `")) rows.insert(line);
  }
  return rows;
}

TEST(CatalogRulesTest, TheErrorsPageHasARowForEachRuleAndNoOther) {
  std::set<std::string> rows = RowsOfThePage();
  for (const CatalogRuleInfo& rule : CatalogRules()) {
    const std::string row = absl::StrCat("| `", rule.id, "` | ", rule.field, " | ", rule.description, " |");
    EXPECT_EQ(rows.erase(row), 1u) << "missing in docs/errors.md:\n" << row;
  }
  EXPECT_THAT(rows, IsEmpty()) << "docs/errors.md lists what the code does not know";
}

struct TextCase {
  const char* name;
  std::string text;
  TextLimits limits;
  const char* broken;  // nullptr: none
};
class CheckTextTest : public ::testing::TestWithParam<TextCase> {};

TEST_P(CheckTextTest, FindsOneThingAtMost) {
  Violations broken;
  CheckText(GetParam().text, "it", GetParam().limits, broken);
  if (GetParam().broken == nullptr) {
    EXPECT_THAT(broken, IsEmpty());
    return;
  }
  ASSERT_EQ(broken.size(), 1u);
  EXPECT_EQ(broken[0].rule, GetParam().broken);
  EXPECT_EQ(broken[0].field, "it");
}

INSTANTIATE_TEST_SUITE_P(
    All, CheckTextTest,
    ::testing::Values(TextCase{"Plain", "Stuhl", {.most = 5}, nullptr},
                      TextCase{"CharactersNotBytes", "Stühl", {.most = 5}, nullptr},
                      TextCase{"OneTooMany", "Stühle", {.most = 5}, "TEXT_TOO_LONG"},
                      TextCase{"Empty", "", {.most = 5}, nullptr},
                      TextCase{"EmptyButRequired", "", {.most = 5, .required = true}, "FIELD_REQUIRED"},
                      TextCase{"Latin1", "St\xFChl", {.most = 5}, "TEXT_NOT_UTF8"},
                      TextCase{"Nul", std::string("a\0b", 3), {.most = 5, .lines = true}, "TEXT_HAS_CONTROL"},
                      TextCase{"LineBreak", "a\nb", {.most = 5}, "TEXT_HAS_CONTROL"},
                      TextCase{"LineBreakInLines", "a\n\tb", {.most = 5, .lines = true}, nullptr},
                      TextCase{"BellInLines", "a\ab", {.most = 5, .lines = true}, "TEXT_HAS_CONTROL"},
                      TextCase{"ControlOfTheSecondBlock", "a\u0085b", {.most = 5}, "TEXT_HAS_CONTROL"}),
    [](const auto& test) { return test.param.name; });

TEST(RefuseBrokenTest, NamesEveryViolation) {
  EXPECT_THAT(RefuseBroken("CUSTOMER_INVALID", "the customer", {}), IsOk());
  const domain::Violation one = Broken(CatalogRule::kTextTooLong, "name", 201, 200);
  EXPECT_EQ(one.description, "201 characters, at most 200");
  domain::Refusal refusal = domain::RefusalOf(RefuseBroken("CUSTOMER_INVALID", "the customer", {one}));
  EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal.reason, "CUSTOMER_INVALID");
  EXPECT_EQ(refusal.message, "the customer was refused: name: 201 characters, at most 200");
  const domain::Violation other = Broken(CatalogRule::kFieldRequired, "id");
  refusal = domain::RefusalOf(RefuseBroken("CUSTOMER_INVALID", "the customer", {one, other}));
  EXPECT_EQ(refusal.message, "the customer was refused: it breaks 2 rules");
  EXPECT_THAT(refusal.violations, ElementsAre(one, other));
}

}  // namespace
}  // namespace ordermesh::catalog
