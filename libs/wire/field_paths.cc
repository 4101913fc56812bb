#include "libs/wire/field_paths.h"

#include <cstddef>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace ordermesh::wire {
namespace {

constexpr int kNoLine = -1;

// "lines[7].sku" → 7 and ".sku"; of any other path kNoLine and the path.
std::pair<int, absl::string_view> SplitPath(absl::string_view path) {
  absl::string_view rest = path;
  int line = 0;
  if (!absl::ConsumePrefix(&rest, "lines[")) return {kNoLine, path};
  const std::size_t close = rest.find(']');
  if (close == absl::string_view::npos || !absl::SimpleAtoi(rest.substr(0, close), &line)) return {kNoLine, path};
  return {line, rest.substr(close + 1)};
}

struct Group {
  domain::Violation first;
  absl::string_view suffix;
  std::vector<int> lines;  // rising
};

std::string JoinedPath(const Group& group) {
  std::string path = "lines[";
  for (std::size_t i = 0; i < group.lines.size();) {
    std::size_t last = i;
    while (last + 1 < group.lines.size() && group.lines[last + 1] == group.lines[last] + 1) ++last;
    absl::StrAppend(&path, i == 0 ? "" : ",", group.lines[i]);
    if (last > i) absl::StrAppend(&path, "-", group.lines[last]);
    i = last + 1;
  }
  absl::StrAppend(&path, "]", group.suffix);
  return path;
}

}  // namespace

std::vector<domain::Violation> JoinLines(const std::vector<domain::Violation>& violations) {
  std::vector<Group> groups;
  for (const domain::Violation& violation : violations) {
    const auto [line, suffix] = SplitPath(violation.field);
    Group* home = nullptr;
    for (Group& group : groups) {
      if (line != kNoLine && !group.lines.empty() && group.first.rule == violation.rule && group.suffix == suffix &&
          group.lines.back() < line) {
        home = &group;
      }
    }
    if (home == nullptr) {
      groups.push_back({violation, suffix, {}});
      home = &groups.back();
    }
    if (line != kNoLine) home->lines.push_back(line);
  }
  std::vector<domain::Violation> joined;
  joined.reserve(groups.size());
  for (Group& group : groups) {
    if (!group.lines.empty()) group.first.field = JoinedPath(group);
    joined.push_back(std::move(group.first));
  }
  return joined;
}

}  // namespace ordermesh::wire
