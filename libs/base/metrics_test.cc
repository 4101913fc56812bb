#include "libs/base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace ordermesh::base {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, ScrapesWhatWasCounted) {
  Metrics metrics;
  metrics.AddCounter("ordermesh_things_total", "Things.", {{"kind", "good"}}).Add(3);
  metrics.AddGauge("ordermesh_depth", "Depth.").Set(7);
  metrics.AddHistogram("ordermesh_wait_seconds", "Wait.", {0.1, 1}).Observe(0.5);
  const std::string text = metrics.Scrape();
  EXPECT_THAT(text, HasSubstr("# HELP ordermesh_things_total Things.\n# TYPE ordermesh_things_total counter\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_things_total{kind=\"good\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_depth 7\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_wait_seconds_bucket{le=\"0.1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_wait_seconds_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("ordermesh_wait_seconds_count 1\n"));
}

TEST(MetricsTest, GivesTheSameMetricForTheSameNameAndLabels) {
  Metrics metrics;
  const Counter one = metrics.AddCounter("ordermesh_n_total", "N.", {{"a", "1"}});
  const Counter same = metrics.AddCounter("ordermesh_n_total", "N.", {{"a", "1"}});
  const Counter other = metrics.AddCounter("ordermesh_n_total", "N.", {{"a", "2"}});
  one.Add();
  same.Add();
  EXPECT_EQ(one.Value(), 2);
  EXPECT_EQ(other.Value(), 0);
}

TEST(MetricsTest, UpdatesBeforeEachScrape) {
  Metrics metrics;
  const Gauge age = metrics.AddGauge("ordermesh_age_seconds", "Age.");
  metrics.OnScrape([age] { age.Add(1); });
  EXPECT_THAT(metrics.Scrape(), HasSubstr("ordermesh_age_seconds 1\n"));
  EXPECT_THAT(metrics.Scrape(), HasSubstr("ordermesh_age_seconds 2\n"));
}

TEST(MetricsTest, CountsFromSeveralThreads) {
  Metrics metrics;
  const Counter counter = metrics.AddCounter("ordermesh_n_total", "N.");
  const Histogram histogram = metrics.AddHistogram("ordermesh_size", "Size.", BatchSizeBuckets());
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          counter.Add();
          histogram.Observe(2);
        }
      });
    }
  }
  EXPECT_EQ(counter.Value(), 4000);
  EXPECT_EQ(histogram.CountAndSum(), std::make_pair(std::uint64_t{4000}, 8000.0));
}

}  // namespace
}  // namespace ordermesh::base
