#include "libs/api/filters.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/text.h"

namespace ordermesh::api {

using domain::FilterMalformed;

absl::Status CheckTextFilter(absl::string_view field, absl::string_view text, int most_bytes) {
  const absl::string_view problem = domain::FilterProblem(text, most_bytes);
  return problem.empty() ? absl::OkStatus() : FilterMalformed(field, problem);
}

absl::Status CheckTextFilterCharacters(absl::string_view field, absl::string_view text, int most_characters) {
  const std::optional<std::int64_t> characters = domain::CountCharacters(text);
  if (!characters.has_value()) return FilterMalformed(field, "is not valid UTF-8");
  if (*characters > most_characters) return FilterMalformed(field, "is too long");
  return CheckTextFilter(field, text, static_cast<int>(text.size()));
}

std::string LikePrefix(absl::string_view prefix) {
  std::string pattern;
  pattern.reserve(prefix.size() + 1);
  for (const char c : prefix) {
    if (c == '\\' || c == '%' || c == '_') pattern.push_back('\\');
    pattern.push_back(c);
  }
  pattern.push_back('%');
  return pattern;
}

absl::StatusOr<ListOrder> ReadListOrder(absl::string_view field, absl::string_view text,
                                        absl::Span<const absl::string_view> columns) {
  const std::vector<absl::string_view> words = absl::StrSplit(text, ' ', absl::SkipEmpty());
  if (words.empty()) return ListOrder{};
  const auto column = std::find(columns.begin(), columns.end(), words[0]);
  const bool descending = words.size() == 2 && words[1] == "desc";
  if (column == columns.end() || (words.size() > 1 && !descending)) {
    return FilterMalformed(
        field, absl::StrCat("is none of ", absl::StrJoin(columns, ", "), ", with or without \" desc\" behind it"));
  }
  return ListOrder{static_cast<std::size_t>(column - columns.begin()), descending};
}

}  // namespace ordermesh::api
