// docs/errors.md says what the code says: every reason and rule has its row, and no row is of anything else.
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/reasons.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::domain {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(absl::StrCat(ORDERMESH_SOURCE_DIR, "/", path));
  EXPECT_TRUE(file.good()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::set<std::string> RowsOfThePage() {
  std::set<std::string> rows;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(ReadFile("docs/errors.md"), '\n'))) {
    if (std::regex_search(line, std::regex("^\\| `[A-Z][A-Z0-9_]*` "))) rows.insert(line);
  }
  return rows;
}

// What stands in the edge's own table, and in its other refusals: reason, gRPC code, HTTP status.
std::set<std::string> RowStartsOfTheEdge() {
  const std::string lua = ReadFile("docker/envoy/problem.lua");
  std::set<std::string> starts;
  const auto add = [&](const std::string& reason, const std::string& code, const std::string& http) {
    if (FindReason(reason) != nullptr) return;  // means the same as a service's
    const auto name = absl::StatusCodeToString(static_cast<absl::StatusCode>(std::stoi(code)));
    starts.insert(absl::StrCat("| `", reason, "` | ", name, " | ", http, " | "));
  };
  const std::regex table(R"re(\[(\d+)\] = \{"([A-Z_]+)", (\d+),)re");
  for (std::sregex_iterator match(lua.begin(), lua.end(), table), end; match != end; ++match) {
    add((*match)[2], (*match)[3], (*match)[1]);
  }
  const std::regex call(R"re(refusal\("([A-Z_]+)", (\d+), (\d+),)re");
  for (std::sregex_iterator match(lua.begin(), lua.end(), call), end; match != end; ++match) {
    add((*match)[1], (*match)[2], (*match)[3]);
  }
  return starts;
}

TEST(ErrorsPageTest, HasARowForEachReasonRuleAndRefusalOfTheEdgeAndNoOther) {
  std::set<std::string> rows = RowsOfThePage();
  for (const Reason& reason : Reasons()) {
    const std::string row = absl::StrCat("| `", reason.id, "` | ", absl::StatusCodeToString(reason.code), " | ",
                                         reason.http_status, " | ", reason.meaning, " |");
    EXPECT_EQ(rows.erase(row), 1u) << "missing in docs/errors.md:\n" << row;
  }
  for (const RuleInfo& rule : Rules()) {
    const std::string row = absl::StrCat("| `", rule.id, "` | ", rule.kind == ViolationKind::kField ? "field" : "state",
                                         " | ", rule.field, " | ", rule.description, " |");
    EXPECT_EQ(rows.erase(row), 1u) << "missing in docs/errors.md:\n" << row;
  }
  const std::set<std::string> edge = RowStartsOfTheEdge();
  EXPECT_GE(edge.size(), 10u) << "docker/envoy/problem.lua is written otherwise than this test reads it";
  for (const std::string& start : edge) {
    const auto row = rows.lower_bound(start);
    const bool found = row != rows.end() && row->compare(0, start.size(), start) == 0;
    EXPECT_TRUE(found) << "missing in docs/errors.md:\n" << start;
    if (found) rows.erase(row);
  }
  EXPECT_THAT(rows, ::testing::IsEmpty()) << "docs/errors.md lists what the code does not know";
}

}  // namespace
}  // namespace ordermesh::domain
