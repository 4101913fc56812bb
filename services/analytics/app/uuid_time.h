// The time inside a version 7 UUID.
#pragma once

#include <array>
#include <cstdint>

#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::analytics {

// The least UUID that a version 7 source can make at `time`: ids made earlier are less. Nil for times before the epoch.
inline base::Uuid FirstIdOf(absl::Time time) {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes{};
  const std::int64_t millis = absl::ToUnixMillis(time);
  if (millis <= 0) return base::Uuid();
  for (int i = 0; i < 6; ++i) bytes[5 - i] = static_cast<std::uint8_t>(millis >> (8 * i));
  return base::Uuid(bytes);
}

}  // namespace ordermesh::analytics
