#include "libs/base/uuid.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "libs/base/hex.h"

namespace ordermesh::base {
namespace {

constexpr std::size_t kTextLength = 36;

constexpr bool IsDashPosition(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

absl::StatusOr<Uuid> Uuid::Parse(absl::string_view text) {
  const absl::Status malformed = absl::InvalidArgumentError("not a UUID: want xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
  if (text.size() != kTextLength) return malformed;
  std::array<std::uint8_t, kBytes> bytes{};
  std::size_t digit = 0;
  for (std::size_t i = 0; i < kTextLength; ++i) {
    if (IsDashPosition(i)) {
      if (text[i] != '-') return malformed;
      continue;
    }
    const int value = HexValue(text[i]);
    if (value < 0) return malformed;
    bytes[digit / 2] = static_cast<std::uint8_t>(bytes[digit / 2] << 4 | value);
    ++digit;
  }
  return Uuid(bytes);
}

absl::StatusOr<Uuid> Uuid::FromBytes(absl::string_view raw) {
  if (raw.size() != kBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a UUID has 16 bytes, not ", raw.size()));
  }
  std::array<std::uint8_t, kBytes> bytes{};
  std::memcpy(bytes.data(), raw.data(), kBytes);
  return Uuid(bytes);
}

std::string Uuid::ToString() const {
  std::string text(kTextLength, '-');
  std::size_t at = 0;
  for (std::uint8_t byte : bytes_) {
    if (IsDashPosition(at)) ++at;
    WriteHex(byte, 2, &text[at]);
    at += 2;
  }
  return text;
}

Uuid UuidV7Source::Next() {
  const auto ms = static_cast<std::uint64_t>(absl::ToUnixMillis(clock_.Now()));
  const std::uint64_t high = (ms << 16) | 0x7000 | (random_.Bits() & 0x0fff);
  const std::uint64_t low = (std::uint64_t{0b10} << 62) | (random_.Bits() >> 2);
  std::array<std::uint8_t, Uuid::kBytes> bytes{};
  for (int i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(low >> (56 - 8 * i));
  }
  return Uuid(bytes);
}

}  // namespace ordermesh::base
