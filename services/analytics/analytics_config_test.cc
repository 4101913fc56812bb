#include "services/analytics/analytics_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/testing/config_fields.h"

namespace ordermesh::analytics {
namespace {

using ordermesh::testing::IsOk;

TEST(AnalyticsConfigTest, ItsFieldsAreSound) { ordermesh::testing::ExpectSoundFields(AnalyticsConfig()); }

TEST(AnalyticsConfigTest, TakesWhatItIsTold) {
  AnalyticsConfig config;
  ASSERT_THAT(
      ordermesh::testing::LoadFlags(
          {"--kafka_brokers=a:1,b:2", "--query_threads=64", "--gather_ms=0", "--seen_retention_s=3600"}, config),
      IsOk());
  EXPECT_EQ(config.kafka.addresses, "a:1,b:2");
  EXPECT_EQ(config.query_threads, 64);
  EXPECT_EQ(config.gather, absl::ZeroDuration());
  EXPECT_EQ(config.seen_retention, absl::Hours(1));
}

TEST(AnalyticsConfigTest, RefusesWhatCannotWork) {
  for (const char* flag :
       {"--query_threads=0", "--query_threads=65", "--max_queued_queries=0", "--max_batch_records=100001",
        "--gather_ms=-1", "--session_timeout_ms=5999", "--max_poll_interval_ms=5999", "--seen_retention_s=3599",
        "--prune_interval_s=0", "--prune_batch=0"}) {
    ordermesh::testing::ExpectRefused(flag, AnalyticsConfig());
  }
}

// An event that comes again after its id was forgotten would be counted twice.
TEST(AnalyticsConfigTest, IdsAreKeptLongerThanTheTopicKeepsTheirEvents) {
  EXPECT_GT(AnalyticsConfig().seen_retention, absl::Hours(7 * 24));
}

}  // namespace
}  // namespace ordermesh::analytics
