#include "services/analytics/app/maintenance.h"

#include "gtest/gtest.h"
#include "libs/base/uuid_time.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/status_matchers.h"
#include "services/analytics/testing/fake_rollup_store.h"
#include "services/analytics/testing/sale_events.h"

namespace ordermesh::analytics {
namespace {

using ::ordermesh::testing::FakeClock;
using ::ordermesh::testing::IsOk;

class FixedEnds : public LogEnds {
 public:
  absl::StatusOr<stream::LogRange> Range(const Partition&, absl::Duration) override {
    if (!down.ok()) return down;
    return stream::LogRange{0, 10};
  }
  absl::Status down;
};

class MaintenanceTest : public ::testing::Test {
 protected:
  // Events that were made and counted now.
  void Count(int events) {
    const Partition partition{"orders.events", 0};
    absl::StatusOr<Position> position = store_.Load(partition);
    ASSERT_THAT(position, IsOk());
    EventBatch batch{partition, position->next_offset, position->next_offset + events, {}, {}};
    for (int i = 0; i < events; ++i) {
      batch.events.push_back(AnAcceptedOrder());
      // Rising ids with the time of now.
      std::array<std::uint8_t, 16> bytes{};
      const base::Uuid first = base::FirstIdOf(clock_.Now());
      std::copy(first.bytes().begin(), first.bytes().end(), bytes.begin());
      bytes[15] = static_cast<std::uint8_t>(++last_);
      batch.events.back().event_id = base::Uuid(bytes);
    }
    ASSERT_THAT(store_.Apply(batch), IsOk());
  }

  FakeClock clock_;
  FakeRollups rollups_{clock_};
  FakeRollupStore store_{rollups_};
  FixedEnds ends_;
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
  Maintenance maintenance_{
      {.topic = "orders.events", .partitions = 2, .seen_retention = absl::Hours(1), .prune_batch = 3},
      store_,
      ends_,
      metrics_,
      clock_,
      clock_};
  int last_ = 0;
};

TEST_F(MaintenanceTest, MeasuresTheLagOfEachPartition) {
  Count(4);
  maintenance_.MeasureLags();
  EXPECT_EQ(metrics_.consumer.Lag(0).Value(), 6);
  EXPECT_EQ(metrics_.consumer.Lag(1).Value(), 10);
  EXPECT_EQ(metrics_.consumer.lost_records.Value(), 0);
}

TEST_F(MaintenanceTest, ShowsLostRecordsUntilTheRollupsAreRebuilt) {
  ASSERT_THAT(store_.Load({"orders.events", 1}), IsOk());
  ASSERT_THAT(store_.Move({"orders.events", 1}, 0, 7, 7), IsOk());
  maintenance_.MeasureLags();
  EXPECT_EQ(metrics_.consumer.lost_records.Value(), 7);
}

TEST_F(MaintenanceTest, KeepsTheLastValueWhileABrokerIsAway) {
  Count(4);
  maintenance_.MeasureLags();
  ends_.down = absl::UnavailableError("no broker");
  maintenance_.MeasureLags();
  EXPECT_EQ(metrics_.consumer.Lag(0).Value(), 6);
}

TEST_F(MaintenanceTest, ForgetsWhatIsOldInSmallStepsAndKeepsTheRest) {
  Count(8);
  clock_.Advance(absl::Minutes(61));
  Count(5);
  maintenance_.PruneWhenDue({});
  EXPECT_EQ(metrics_.pruned.Value(), 8);
}

TEST_F(MaintenanceTest, PrunesOnlyWhenDue) {
  maintenance_.PruneWhenDue({});
  Count(2);
  clock_.Advance(absl::Seconds(30));
  maintenance_.PruneWhenDue({});
  EXPECT_EQ(metrics_.pruned.Value(), 0);
  clock_.Advance(absl::Hours(2));
  maintenance_.PruneWhenDue({});
  EXPECT_EQ(metrics_.pruned.Value(), 2);
}

TEST_F(MaintenanceTest, StopsWhenAsked) {
  Count(8);
  clock_.Advance(absl::Hours(2));
  std::stop_source stopped;
  stopped.request_stop();
  maintenance_.PruneWhenDue(stopped.get_token());
  EXPECT_EQ(metrics_.pruned.Value(), 0);
}

}  // namespace
}  // namespace ordermesh::analytics
