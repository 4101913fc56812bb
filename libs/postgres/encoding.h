// The binary forms of numbers and times: big-endian, times as microseconds since 2000.
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>

#include "absl/time/time.h"

namespace ordermesh::postgres {

template <std::unsigned_integral T>
T SwapToBigEndian(T value) {
  if constexpr (std::endian::native == std::endian::big) return value;
  if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
}

template <std::unsigned_integral T>
void PutBigEndian(T value, char* to) {
  value = SwapToBigEndian(value);
  std::memcpy(to, &value, sizeof(T));
}

template <std::unsigned_integral T>
void AppendBigEndian(T value, std::string& to) {
  char bytes[sizeof(T)];
  PutBigEndian(value, bytes);
  to.append(bytes, sizeof(T));
}

template <std::unsigned_integral T>
T GetBigEndian(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return SwapToBigEndian(value);
}

// 2000-01-01T00:00:00Z.
inline constexpr std::int64_t kPostgresEpochUnixSeconds = 946684800;

// Infinite times are PostgreSQL's 'infinity' and '-infinity'. Fractions of a microsecond are cut off.
inline std::int64_t TimestampToWire(absl::Time time) {
  if (time == absl::InfiniteFuture()) return std::numeric_limits<std::int64_t>::max();
  if (time == absl::InfinitePast()) return std::numeric_limits<std::int64_t>::min();
  return absl::ToUnixMicros(time) - kPostgresEpochUnixSeconds * 1'000'000;
}

inline absl::Time TimestampFromWire(std::int64_t micros) {
  if (micros == std::numeric_limits<std::int64_t>::max()) return absl::InfiniteFuture();
  if (micros == std::numeric_limits<std::int64_t>::min()) return absl::InfinitePast();
  return absl::FromUnixSeconds(kPostgresEpochUnixSeconds) + absl::Microseconds(micros);
}

}  // namespace ordermesh::postgres
