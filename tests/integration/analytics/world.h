// Real Kafka and PostgreSQL for the tests of counting: a topic and a database of their own for each.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "libs/base/metrics.h"
#include "libs/messaging/kafka/producer.h"
#include "libs/testing/test_database.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/app/record_consumer.h"
#include "services/analytics/app/rollup_store.h"
#include "services/analytics/testing/records.h"

namespace ordermesh::analytics {

// A member of the group: what one process runs, without its server.
class GroupMember {
 public:
  GroupMember(const std::string& database_url, const std::string& topic);
  ~GroupMember();
  AnalyticsMetrics& metrics() { return metrics_; }

 private:
  base::Metrics registry_;
  AnalyticsMetrics metrics_{registry_};
  std::unique_ptr<RollupStore> store_;
  std::unique_ptr<DeadLetters> dead_letters_;
  std::unique_ptr<RecordConsumer> consumer_;
};

class ConsumeWorld : public ::testing::Test {
 protected:
  void SetUp() override;

  std::unique_ptr<GroupMember> Join() {
    return std::make_unique<GroupMember>(database_->UrlAs("ordermesh_analytics"), topic_);
  }
  // Publishes records and waits until they are stored.
  void Publish(const std::vector<Record>& records);
  void PublishEvents(const std::vector<SaleEvent>& events);
  // Events of random orders of `products` products, some cancelled, a cancellation sometimes before its order.
  std::vector<SaleEvent> RandomEvents(int orders, int products = 40);
  // A log's first and next offset.
  std::pair<std::int64_t, std::int64_t> Range(int partition);
  void CreateTopic();
  void DeleteTopic();
  // Takes the records before `offset` away, as retention does.
  void DropRecordsBefore(int partition, std::int64_t offset);
  std::vector<Record> DeadLetterRecords(std::size_t count);

  // Waits until everything that the topic holds has been counted.
  void WaitUntilCounted();
  void WaitFor(const std::string& what, const std::function<bool()>& done);
  // The rollups must be the fold of exactly these events.
  void ExpectRollupsOf(const std::vector<SaleEvent>& events);
  std::int64_t Number(const std::string& sql);
  // Every row of the rollups, as text.
  std::string Rollups();

  std::string topic_;
  std::unique_ptr<testing::TestDatabase> database_;
  std::unique_ptr<kafka::Producer> producer_;
  std::uint64_t seed_ = 1;
};

}  // namespace ordermesh::analytics
