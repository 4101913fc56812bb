#include "libs/base/random.h"

#include <array>
#include <bit>
#include <random>

namespace ordermesh::base {
namespace {

// xoshiro256++ of Blackman and Vigna: 32 bytes of state, where std::mt19937_64 needs 2.5 kB for each thread.
class Xoshiro {
 public:
  Xoshiro() {
    std::random_device device;
    for (std::uint64_t& word : state_) word = (std::uint64_t{device()} << 32) | device();
    state_[0] |= 1;  // All zero would stay all zero.
  }
  std::uint64_t Next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

class ThreadRandom final : public Random {
 public:
  std::uint64_t Bits() override {
    thread_local Xoshiro generator;
    return generator.Next();
  }
};

}  // namespace

Random& SystemRandom() {
  static ThreadRandom* random = new ThreadRandom;
  return *random;
}

}  // namespace ordermesh::base
