#include "libs/domain/text.h"

#include <algorithm>
#include <cstddef>

#include "libs/json/utf8.h"

namespace ordermesh::domain {

std::optional<std::int64_t> CountCharacters(absl::string_view text) {
  std::int64_t characters = 0;
  for (; !text.empty(); ++characters) {
    const std::size_t bytes = json::CharacterBytes(text);
    if (bytes == 0) return std::nullopt;
    text.remove_prefix(bytes);
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

bool HasControlCharacters(absl::string_view text, absl::string_view allowed) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte < 0x20 || byte == 0x7F) && allowed.find(text[i]) == absl::string_view::npos) return true;
    // U+0080 to U+009F are C2 80 to C2 9F.
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<std::uint8_t>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

bool IsVisibleAscii(absl::string_view text, int most) {
  return !text.empty() && text.size() <= static_cast<std::size_t>(most) &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

}  // namespace ordermesh::domain
