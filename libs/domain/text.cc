#include "libs/domain/text.h"

#include <algorithm>
#include <cstddef>

namespace ordermesh::domain {
std::optional<std::int64_t> CountCharacters(absl::string_view text) {
  std::int64_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++characters) {
    const auto lead = static_cast<std::uint8_t>(text[i++]);
    if (lead < 0x80) continue;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4) return std::nullopt;
    for (int k = 0; k < more; ++k, ++i) {
      if (i == text.size()) return std::nullopt;
      const auto next = static_cast<std::uint8_t>(text[i]);
      // The second byte alone tells overlong forms, surrogates and what lies beyond U+10FFFF.
      const std::uint8_t least = k > 0 ? 0x80 : lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      const std::uint8_t most = k > 0 ? 0xBF : lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (next < least || next > most) return std::nullopt;
    }
  }
  return characters;
}

absl::string_view FirstCharacters(absl::string_view text, std::int64_t most) {
  std::size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<std::uint8_t>(text[end]) & 0xC0) != 0x80;
    if (begins && most-- == 0) break;
  }
  return text.substr(0, end);
}

absl::string_view FilterProblem(absl::string_view text, int most) {
  if (text.size() > static_cast<std::size_t>(most)) return "is too long";
  return text.find('\0') == absl::string_view::npos ? "" : "contains U+0000";
}

bool IsVisibleAscii(absl::string_view text, int most) {
  return !text.empty() && text.size() <= static_cast<std::size_t>(most) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace ordermesh::domain
