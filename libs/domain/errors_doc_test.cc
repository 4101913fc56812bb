// docs/errors.md says what the code says: every reason and rule has its row, and no row is of anything else.
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
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

std::vector<std::string> Lines(const std::string& path) { return absl::StrSplit(ReadFile(path), '\n'); }

bool IsConstant(const std::string& text) {
  for (char c : text) {
    if (!absl::ascii_isupper(static_cast<unsigned char>(c)) && !absl::ascii_isdigit(static_cast<unsigned char>(c)) &&
        c != '_') {
      return false;
    }
  }
  return !text.empty();
}

std::set<std::string> RowsOfThePage() {
  std::set<std::string> rows;
  for (const std::string& line : Lines("docs/errors.md")) {
    if (line == "## Rules of the catalogue") break;  // its service's test holds them
    // Those of ErrorInfo and other details are no constants.
    if (absl::StartsWith(line, "| `") && IsConstant(line.substr(3, line.find('`', 3) - 3))) rows.insert(line);
  }
  return rows;
}

// What stands in the edge's own table, `[404] = {"UNKNOWN_PATH", 5, …`, and in its other refusals,
// `refusal("MALFORMED_JSON", 3, 400, …`: reason, gRPC code, HTTP status.
std::set<std::string> RowStartsOfTheEdge() {
  std::set<std::string> starts;
  const auto add = [&](const std::string& reason, const std::string& code, const std::string& http) {
    if (!IsConstant(reason) || FindReason(reason) != nullptr) return;  // the latter mean the same as a service's
    const auto name = absl::StatusCodeToString(static_cast<absl::StatusCode>(std::stoi(code)));
    starts.insert(absl::StrCat("| `", reason, "` | ", name, " | ", http, " | "));
  };
  for (const std::string& line : Lines("docker/envoy/problem.lua")) {
    const std::vector<std::string> words = absl::StrSplit(line, absl::ByAnyChar("[](){}=,\" "), absl::SkipEmpty());
    const bool in_table = absl::StartsWith(line, "  [") && words.size() > 3;
    if (in_table) add(words[1], words[2], words[0]);
    for (std::size_t i = 0; i + 3 < words.size(); ++i) {
      if (words[i] == "refusal") add(words[i + 1], words[i + 2], words[i + 3]);
    }
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
