// The time inside a version 7 UUID.
#pragma once

#include <array>
#include <cstdint>

#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::base {

// The least UUID that a version 7 source can make at `time`: ids made earlier are less. Nil for times before the epoch.
inline Uuid FirstIdOf(absl::Time time) {
  std::array<std::uint8_t, Uuid::kBytes> bytes{};
  const std::int64_t millis = absl::ToUnixMillis(time);
  if (millis <= 0) return Uuid();
  for (int i = 0; i < 6; ++i) bytes[5 - i] = static_cast<std::uint8_t>(millis >> (8 * i));
  return Uuid(bytes);
}

// When a version 7 source made `id`, to the millisecond. Of any other UUID a time that rises with it all the same.
inline absl::Time TimeOfId(const Uuid& id) {
  std::int64_t millis = 0;
  for (int i = 0; i < 6; ++i) millis = millis << 8 | static_cast<std::uint8_t>(id.bytes()[i]);
  return absl::FromUnixMillis(millis);
}

}  // namespace ordermesh::base
