// What a schema registry's clients put in front of a record's value, as Confluent's serializers do: a zero byte, the
// schema's id in four bytes, big-endian, and for Protobuf the indexes that lead to the message within its file.
// https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"

namespace ordermesh::wire {

// What goes in front of a `message` in binary form; `schema_id` is that of its file in the registry.
std::string RegistryFraming(std::int32_t schema_id, const google::protobuf::Descriptor& message);

// The message within a value, framed or not: none begins with a zero byte, which would be a tag without a number.
// Points into `value`. INVALID_ARGUMENT: it begins as a framing does, and is cut off within it.
absl::StatusOr<absl::string_view> WithoutRegistryFraming(absl::string_view value);

}  // namespace ordermesh::wire
