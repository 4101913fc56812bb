// UUIDs, RFC 9562; version 7 for everything that we make, so that keys rise with time.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/base/random.h"

namespace ordermesh::base {

class Uuid {
 public:
  static constexpr int kBytes = 16;

  // All zero, the nil UUID.
  constexpr Uuid() = default;
  explicit constexpr Uuid(const std::array<std::uint8_t, kBytes>& bytes) : bytes_(bytes) {}

  // The canonical form, 36 characters, either case. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<Uuid> Parse(absl::string_view text);
  // `raw` has exactly kBytes bytes. INVALID_ARGUMENT otherwise.
  static absl::StatusOr<Uuid> FromBytes(absl::string_view raw);

  std::string ToString() const;  // canonical, lower case
  absl::string_view bytes() const { return {reinterpret_cast<const char*>(bytes_.data()), kBytes}; }
  bool is_nil() const { return *this == Uuid(); }

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
  template <class H>
  friend H AbslHashValue(H h, const Uuid& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

// Makes ids. Thread-safe.
class IdSource {
 public:
  virtual ~IdSource() = default;
  virtual Uuid Next() = 0;
};

// Version 7: 48 bits of milliseconds, then random bits. The dependencies must outlive it.
class UuidV7Source : public IdSource {
 public:
  UuidV7Source(Clock& clock, Random& random) : clock_(clock), random_(random) {}
  Uuid Next() override;

 private:
  Clock& clock_;
  Random& random_;
};

}  // namespace ordermesh::base
