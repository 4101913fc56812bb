// Hexadecimal digits, lower case; for ids.
#pragma once

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace ordermesh::base {

// The value of a digit of either case, or -1.
constexpr int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

inline constexpr char kHexDigits[] = "0123456789abcdef";

// Writes the lowest `digits` digits of `value`.
constexpr void WriteHex(std::uint64_t value, std::size_t digits, char* out) {
  for (std::size_t i = digits; i-- > 0; value >>= 4) out[i] = kHexDigits[value & 15];
}

constexpr bool IsLowerHex(absl::string_view text) {
  for (char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace ordermesh::base
