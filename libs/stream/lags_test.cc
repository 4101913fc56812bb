#include "libs/stream/lags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/stream/consumer_metrics.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::StatusIs;
using ::testing::ElementsAre;

// Each log is ten records longer than the one before, and begins at its number.
class FixedEnds : public LogEnds {
 public:
  absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration) override {
    if (!down.ok()) return down;
    return LogRange{partition.number, 10 * (partition.number + 1)};
  }
  absl::Status down;
};

TEST(LagsTest, AreFromThePositionToTheEndOfTheLog) {
  FixedEnds ends;
  const Positions positions = {{{"a.topic", 1}, {15, {}, 4}}, {{"another.topic", 2}, {29, {}, 0}}};
  absl::StatusOr<std::vector<PartitionLag>> lags = LagsOf(positions, ends, "a.topic", 3, absl::Seconds(1));
  ASSERT_THAT(lags, IsOk());
  EXPECT_THAT(*lags, ElementsAre(PartitionLag{{"a.topic", 0}, 0, 10, 0}, PartitionLag{{"a.topic", 1}, 15, 20, 4},
                                 PartitionLag{{"a.topic", 2}, 2, 30, 0}));
  EXPECT_EQ(lags->at(1).lag(), 5);
}

TEST(LagsTest, AMomentsPositionBeyondTheEndIsNoLag) { EXPECT_EQ((PartitionLag{{"a.topic", 0}, 9, 7, 0}).lag(), 0); }

TEST(LagsTest, SayThatTheBrokerIsAway) {
  FixedEnds ends;
  ends.down = absl::UnavailableError("no broker");
  EXPECT_THAT(LagsOf({}, ends, "a.topic", 3, absl::Seconds(1)).status(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(LagsTest, AreToldAsMetrics) {
  base::Metrics registry;
  const ConsumerMetrics metrics(registry, "ordermesh_test");
  metrics.SetLags({{{"a.topic", 0}, 4, 10, 2}, {{"a.topic", 1}, 0, 20, 3}});
  const std::string scraped = registry.Scrape();
  EXPECT_THAT(scraped, ::testing::HasSubstr("ordermesh_test_lag_records{partition=\"0\"} 6"));
  EXPECT_THAT(scraped, ::testing::HasSubstr("ordermesh_test_lag_records{partition=\"1\"} 20"));
  EXPECT_THAT(scraped, ::testing::HasSubstr("ordermesh_test_lost_records 5"));
}

}  // namespace
}  // namespace ordermesh::stream
