#include "libs/base/random.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "libs/base/mutex.h"

namespace ordermesh::base {
namespace {

TEST(SystemRandomTest, IsUniformInZeroToOne) {
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = SystemRandom().Uniform();
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.03);
}

TEST(SystemRandomTest, DiffersBetweenThreads) {
  Mutex mu;
  std::set<std::uint64_t> seen;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        const std::uint64_t bits = SystemRandom().Bits();
        MutexLock lock(mu);
        seen.insert(bits);
      });
    }
  }
  EXPECT_EQ(seen.size(), 8u);
}

}  // namespace
}  // namespace ordermesh::base
