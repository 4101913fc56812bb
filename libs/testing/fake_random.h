// Randomness that a test decides.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>

#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"

namespace ordermesh::testing {

// Gives the bits it was told, then the sequence of a seeded generator. Thread-safe.
class FakeRandom : public base::Random {
 public:
  explicit FakeRandom(std::uint64_t seed = 1) : state_(seed) {}
  FakeRandom(std::initializer_list<std::uint64_t> next) : next_(next) {}

  std::uint64_t Bits() override {
    base::MutexLock lock(mu_);
    if (!next_.empty()) {
      const std::uint64_t bits = next_.front();
      next_.pop_front();
      return bits;
    }
    // splitmix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // The next call of Uniform gives `value` of [0, 1).
  void PushUniform(double value) {
    base::MutexLock lock(mu_);
    next_.push_back(static_cast<std::uint64_t>(value * 0x1.0p53) << 11);
  }

 private:
  base::Mutex mu_;
  std::deque<std::uint64_t> next_ ABSL_GUARDED_BY(mu_);
  std::uint64_t state_ ABSL_GUARDED_BY(mu_) = 1;
};

// Ids 00000000-0000-7000-8000-000000000001, …2 and so on. Thread-safe.
class FakeIds : public base::IdSource {
 public:
  base::Uuid Next() override {
    base::MutexLock lock(mu_);
    return Number(++last_);
  }
  static base::Uuid Number(std::uint32_t n) {
    std::array<std::uint8_t, base::Uuid::kBytes> bytes{};
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    for (int i = 0; i < 4; ++i) bytes[12 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
    return base::Uuid(bytes);
  }

 private:
  base::Mutex mu_;
  std::uint32_t last_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace ordermesh::testing
