// Checks of text that comes from outside.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace ordermesh::domain {

// How many characters (code points) `text` has; nothing when it is not valid UTF-8 (RFC 3629: no surrogates, no
// overlong forms, nothing beyond U+10FFFF).
std::optional<std::int64_t> CountCharacters(absl::string_view text);

// The first `most` characters of `text`, which is valid UTF-8, or all of them.
absl::string_view FirstCharacters(absl::string_view text, std::int64_t most);

// What keeps `text` from being what rows are looked up by: longer than `most` bytes, or with U+0000, which PostgreSQL
// refuses. Empty: nothing.
absl::string_view FilterProblem(absl::string_view text, int most);

// Whether there is a control character (U+0000 to U+001F, U+007F to U+009F) other than those of `allowed` in `text`,
// which is valid UTF-8. `allowed` is ASCII.
bool HasControlCharacters(absl::string_view text, absl::string_view allowed = "");

// 1 to `most` characters of 0x21 to 0x7E.
bool IsVisibleAscii(absl::string_view text, int most);

}  // namespace ordermesh::domain
