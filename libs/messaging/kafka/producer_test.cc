// The producer against a broker that says what it is told to: the library's own mock, over TCP.
#include "libs/messaging/kafka/producer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
// clang-format off: the second needs the first.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
// clang-format on

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/kafka/handles.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::kafka {
namespace {

using ordermesh::testing::IsOk;
using ::testing::Each;
using ::testing::ElementsAreArray;

constexpr absl::Duration kLong = absl::Seconds(30);
constexpr char kTopic[] = "mocked";
constexpr std::int16_t kProduce = 0;  // the protocol's number of such requests

class ProducerTest : public ::testing::Test {
 protected:
  ProducerTest()
      : owner_(rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), nullptr, 0)),
        cluster_(rd_kafka_mock_cluster_new(owner_.get(), 1)) {
    rd_kafka_mock_topic_create(cluster_, kTopic, 1, 1);
    // So slow that whatever may be under way at once is, before the first answer comes.
    rd_kafka_mock_broker_set_rtt(cluster_, 1, 200);
  }
  ~ProducerTest() override { rd_kafka_mock_cluster_destroy(cluster_); }

  Brokers brokers() const {
    Brokers brokers;
    brokers.addresses = rd_kafka_mock_cluster_bootstraps(cluster_);
    return brokers;
  }

  // What the topic's only partition holds.
  std::vector<std::string> StoredKeys() {
    auto consumer = Consumer::Create(
        {.brokers = brokers(), .group = "none", .client_id = "test", .topics = {kTopic}},
        [](const std::string&, std::int32_t) { return Consumer::kBeginning; }, [](const std::string&, std::int32_t) {});
    EXPECT_THAT(consumer, IsOk());
    const auto records = (*consumer)->ReadAt(kTopic, 0, 0, 1000, kLong);
    EXPECT_THAT(records, IsOk());
    std::vector<std::string> keys;
    for (const ReceivedRecord& record : *records) keys.push_back(record.key);
    return keys;
  }

  ClientHandle owner_;
  rd_kafka_mock_cluster_t* const cluster_;  // owner_'s
};

// As where a topic was just made: the broker isn't its leader yet when the first request comes, and is when the second
// does.
TEST_F(ProducerTest, WhatTheBrokerDidNotStoreIsNotTakenForStoredWhenWhatFollowsIs) {
  std::vector<Record> records;
  std::vector<std::string> keys;
  for (int i = 0; i < 10; ++i) {
    keys.push_back(absl::StrCat("key-", i));
    records.push_back({kTopic, keys.back(), std::string(600'000, 'x'), {}});  // a request of its own
  }
  rd_kafka_mock_push_request_errors(cluster_, kProduce, 1, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);

  Producer producer({.brokers = brokers(), .client_id = "test"});
  const Producer::Report report = producer.Publish(records, kLong);
  EXPECT_THAT(report.status, IsOk());
  EXPECT_THAT(report.outcomes, Each(Producer::Outcome::kStored));
  EXPECT_THAT(StoredKeys(), ElementsAreArray(keys));
}

}  // namespace
}  // namespace ordermesh::kafka
