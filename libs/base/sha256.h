// SHA-256, from OpenSSL.
#pragma once

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace ordermesh::base {

using Sha256Digest = std::array<std::uint8_t, 32>;

Sha256Digest Sha256(absl::string_view bytes);

}  // namespace ordermesh::base
