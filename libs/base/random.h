// Randomness as a dependency, so that tests decide it. Not for secrets.
#pragma once

#include <cstdint>

namespace ordermesh::base {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  // 64 uniform bits.
  virtual std::uint64_t Bits() = 0;
  // Uniform in [0, 1).
  double Uniform() { return static_cast<double>(Bits() >> 11) * 0x1.0p-53; }
};

// Seeded from the system; one generator for each thread. Lives for ever.
Random& SystemRandom();

}  // namespace ordermesh::base
