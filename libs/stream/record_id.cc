#include "libs/stream/record_id.h"

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace ordermesh::stream {
namespace {

// FNV-1a. Stored, so it must never change: absl::Hash differs from process to process.
std::uint64_t Hash(absl::string_view bytes, std::uint64_t hash) {
  for (const char byte : bytes) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 0x100000001b3;
  return hash;
}

}  // namespace

base::Uuid RecordId(const Record& record) {
  absl::StatusOr<base::Uuid> id = base::Uuid::Parse(record.header("ce_id"));
  if (id.ok() && !id->is_nil()) return *id;
  const std::uint64_t parts[2] = {
      Hash(record.value, Hash(record.key, 0xcbf29ce484222325)),
      Hash(record.value, 0x9e3779b97f4a7c15 ^ static_cast<std::uint64_t>(absl::ToUnixMillis(record.timestamp)))};
  std::array<std::uint8_t, base::Uuid::kBytes> bytes{};
  for (int i = 0; i < 16; ++i) bytes[i] = static_cast<std::uint8_t>(parts[i / 8] >> (8 * (i % 8)));
  bytes[6] = static_cast<std::uint8_t>(0x80 | (bytes[6] & 0x0f));  // version 8: ours
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
  return base::Uuid(bytes);
}

}  // namespace ordermesh::stream
