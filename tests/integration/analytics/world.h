// Real Kafka and PostgreSQL for the tests of counting: a topic and a database of their own for each.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/stream/kafka_dead_letters.h"
#include "libs/stream/partition_consumer.h"
#include "libs/stream/testing/kafka_operator.h"
#include "libs/stream/testing/kafka_topic.h"
#include "libs/testing/test_database.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/app/count_sales.h"
#include "services/analytics/app/rollup_store.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {

using stream::WaitFor;

// A member of the group: what one process runs, without its server.
class CountingMember {
 public:
  CountingMember(const std::string& database_url, const stream::KafkaTopic& topic);
  AnalyticsMetrics& metrics() { return metrics_; }

 private:
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
  std::unique_ptr<RollupStore> store_;
  CountSales count_sales_;
  stream::KafkaDeadLetters dead_letters_;
  stream::PartitionConsumer consumer_;  // Last: its thread uses the others.
};

class ConsumeWorld : public ::testing::Test {
 protected:
  void SetUp() override;

  std::unique_ptr<CountingMember> Join() {
    return std::make_unique<CountingMember>(database_->UrlAs("ordermesh_analytics"), topic_);
  }
  void Publish(const std::vector<Record>& records) { topic_.Publish(records); }
  void PublishEvents(const std::vector<SaleEvent>& events);
  // Events of random orders of `products` products, some cancelled, a cancellation sometimes before its order.
  std::vector<SaleEvent> RandomEvents(int orders, int products = 40);
  // Where a partition's log ends.
  std::int64_t End(int partition) const { return topic_.Range(partition).next; }
  void MakeTopicAnew();
  // Takes the records before `offset` away, as retention does.
  void DropRecordsBefore(int partition, std::int64_t offset) {
    stream::DropRecordsBefore(topic_.brokers(), topic_.name(), partition, offset);
  }

  // Waits until everything that the topic holds has been counted.
  void WaitUntilCounted();
  // The rollups must be the fold of exactly these events.
  void ExpectRollupsOf(const std::vector<SaleEvent>& events);
  std::int64_t Number(const std::string& sql);
  // Every row of the rollups, as text.
  std::string Rollups();

  stream::KafkaTopic topic_{3};
  std::unique_ptr<testing::TestDatabase> database_;
  std::uint64_t seed_ = 1;
};

}  // namespace ordermesh::analytics
