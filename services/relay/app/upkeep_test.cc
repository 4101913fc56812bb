#include "services/relay/app/upkeep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/fake_clock.h"

namespace ordermesh::relay {
namespace {

using ::testing::ElementsAre;

class FakeUpkeepStore : public UpkeepStore {
 public:
  absl::StatusOr<Backlog> Measure(const std::string& sink) override {
    if (!status_.ok()) return status_;
    return Backlog{sink == "a" ? 7 : 0, sink == "a" ? absl::Seconds(3) : absl::ZeroDuration()};
  }
  absl::StatusOr<Transaction> OldestTransaction() override { return Transaction{4711, absl::Seconds(12)}; }
  absl::StatusOr<std::int64_t> Prune(const std::vector<std::string>& sinks, absl::Duration, int limit) override {
    base::MutexLock lock(mu_);
    sinks_ = sinks;
    const std::int64_t gone = std::min<std::int64_t>(old_, limit);
    old_ -= gone;
    return gone;
  }
  absl::Status status_;
  base::Mutex mu_;
  std::int64_t old_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> sinks_ ABSL_GUARDED_BY(mu_);
};

class UpkeepTest : public ::testing::Test {
 protected:
  std::unique_ptr<Upkeep> Start() {
    return std::make_unique<Upkeep>(
        UpkeepOptions{.prune_batch = 10}, store_,
        std::map<std::string, SinkMetrics>{{"a", SinkMetrics(metrics_, "a")}, {"b", SinkMetrics(metrics_, "b")}},
        OutboxMetrics(metrics_, "orders"), clock_);
  }
  testing::FakeClock clock_;
  base::Metrics metrics_;
  FakeUpkeepStore store_;
};

TEST_F(UpkeepTest, MeasuresEverySinkAndTheOldestTransaction) {
  auto upkeep = Start();
  clock_.WaitForSleepers(1);
  EXPECT_EQ(SinkMetrics(metrics_, "a").depth.Value(), 7);
  EXPECT_EQ(SinkMetrics(metrics_, "a").oldest_age_seconds.Value(), 3);
  EXPECT_EQ(SinkMetrics(metrics_, "b").depth.Value(), 0);
  EXPECT_EQ(OutboxMetrics(metrics_, "orders").oldest_transaction_age_seconds.Value(), 12);
  EXPECT_EQ(OutboxMetrics(metrics_, "orders").oldest_transaction_pid.Value(), 4711);
  base::MutexLock lock(store_.mu_);
  EXPECT_THAT(store_.sinks_, ElementsAre("a", "b"));
}

TEST_F(UpkeepTest, PrunesInBatchesUntilNothingOldIsLeft) {
  {
    base::MutexLock lock(store_.mu_);
    store_.old_ = 25;
  }
  auto upkeep = Start();
  for (int batch = 0; batch < 3; ++batch) {
    clock_.WaitForSleepers(1);
    EXPECT_EQ(OutboxMetrics(metrics_, "orders").pruned.Value(), std::min(25, 10 * (batch + 1)));
    if (batch < 2) clock_.Advance(absl::Milliseconds(50));
    if (batch == 0) {
      while (OutboxMetrics(metrics_, "orders").pruned.Value() < 20) std::this_thread::yield();
    } else if (batch == 1) {
      while (OutboxMetrics(metrics_, "orders").pruned.Value() < 25) std::this_thread::yield();
    }
  }
}

}  // namespace
}  // namespace ordermesh::relay
