// What is UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing beyond U+10FFFF).
#pragma once

#include <cstddef>

#include "absl/strings/string_view.h"

namespace ordermesh::json {

// How many bytes the character has that `text` begins with: 1 to 4, or 0 when it begins with none.
std::size_t CharacterBytes(absl::string_view text);

}  // namespace ordermesh::json
