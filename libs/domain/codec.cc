#include "libs/domain/codec.h"

namespace ordermesh::domain {

ByteWriter& ByteWriter::Number(std::uint64_t value) {
  while (value >= 0x80) {
    bytes_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  bytes_.push_back(static_cast<char>(value));
  return *this;
}

ByteWriter& ByteWriter::Signed(std::int64_t value) {
  return Number((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

ByteWriter& ByteWriter::Text(absl::string_view value) {
  Number(value.size());
  bytes_.append(value.data(), value.size());
  return *this;
}

std::uint64_t ByteReader::Number() {
  std::uint64_t value = 0;
  for (int shift = 0; ok_ && shift < 64; shift += 7) {
    if (left_.empty()) break;
    const auto byte = static_cast<std::uint8_t>(left_.front());
    left_.remove_prefix(1);
    if (shift == 63 && byte > 1) break;
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::int64_t ByteReader::Signed() {
  const std::uint64_t value = Number();
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

absl::string_view ByteReader::Text() {
  const std::uint64_t size = Number();
  if (!ok_ || size > left_.size()) {
    ok_ = false;
    return {};
  }
  absl::string_view text = left_.substr(0, size);
  left_.remove_prefix(size);
  return text;
}

}  // namespace ordermesh::domain
