#include "libs/wire/registry_framing.h"

#include <algorithm>
#include <vector>

namespace ordermesh::wire {
namespace {

constexpr std::size_t kIdBytes = 4;
// More nested than any message of ours, and than what protoc takes.
constexpr std::int64_t kMostIndexes = 100;

// As Protobuf's sint64.
void AppendZigzag(std::int64_t number, std::string& out) {
  auto bits = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
  for (; bits > 0x7F; bits >>= 7) out += static_cast<char>((bits & 0x7F) | 0x80);
  out += static_cast<char>(bits);
}

// Takes one from the front of `bytes`. False: there is none.
bool TakeZigzag(absl::string_view& bytes, std::int64_t& number) {
  std::uint64_t bits = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[0]);
    bytes.remove_prefix(1);
    bits |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) {
      number = static_cast<std::int64_t>(bits >> 1) ^ -static_cast<std::int64_t>(bits & 1);
      return true;
    }
  }
  return false;
}

}  // namespace

std::string RegistryFraming(std::int32_t schema_id, const google::protobuf::Descriptor& message) {
  std::vector<int> path;
  for (const google::protobuf::Descriptor* at = &message; at != nullptr; at = at->containing_type()) {
    path.push_back(at->index());
  }
  std::reverse(path.begin(), path.end());

  std::string framing(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) framing += static_cast<char>(schema_id >> shift);
  // The first message of a file, which is most of them, has a shorter form.
  if (path == std::vector<int>{0}) return framing += '\0';
  AppendZigzag(static_cast<std::int64_t>(path.size()), framing);
  for (const int index : path) AppendZigzag(index, framing);
  return framing;
}

absl::StatusOr<absl::string_view> WithoutRegistryFraming(absl::string_view value) {
  if (value.empty() || value[0] != '\0') return value;
  const auto cut_off = [] { return absl::InvalidArgumentError("a schema registry's framing that is cut off"); };
  if (value.size() < 1 + kIdBytes) return cut_off();
  value.remove_prefix(1 + kIdBytes);
  std::int64_t count = 0, index = 0;
  if (!TakeZigzag(value, count) || count < 0 || count > kMostIndexes) return cut_off();
  for (; count > 0; --count) {
    if (!TakeZigzag(value, index)) return cut_off();
  }
  return value;
}

}  // namespace ordermesh::wire
