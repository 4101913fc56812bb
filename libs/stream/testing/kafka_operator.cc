#include "libs/stream/testing/kafka_operator.h"

#include <librdkafka/rdkafka.h>

#include "gtest/gtest.h"

namespace ordermesh::stream {
namespace {

class Operator {
 public:
  explicit Operator(const kafka::Brokers& brokers) {
    char error[512];
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers.addresses.c_str(), error, sizeof error);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
    queue_ = rd_kafka_queue_new(client_);
  }
  ~Operator() {
    rd_kafka_queue_destroy(queue_);
    rd_kafka_destroy(client_);
  }
  rd_kafka_t* client() { return client_; }
  rd_kafka_queue_t* queue() { return queue_; }
  void WaitForAnswer(const char* what) {
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, 30'000);
    ASSERT_NE(event, nullptr) << what;
    EXPECT_EQ(rd_kafka_event_error(event), RD_KAFKA_RESP_ERR_NO_ERROR) << what << rd_kafka_event_error_string(event);
    rd_kafka_event_destroy(event);
  }

 private:
  rd_kafka_t* client_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
};

}  // namespace

void DeleteTopic(const kafka::Brokers& brokers, const std::string& topic) {
  Operator kafka(brokers);
  rd_kafka_DeleteTopic_t* request = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(kafka.client(), &request, 1, nullptr, kafka.queue());
  rd_kafka_DeleteTopic_destroy(request);
  kafka.WaitForAnswer("delete topic");
}

void DropRecordsBefore(const kafka::Brokers& brokers, const std::string& topic, int partition, std::int64_t offset) {
  Operator kafka(brokers);
  rd_kafka_topic_partition_list_t* offsets = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(offsets, topic.c_str(), partition)->offset = offset;
  rd_kafka_DeleteRecords_t* request = rd_kafka_DeleteRecords_new(offsets);
  rd_kafka_DeleteRecords(kafka.client(), &request, 1, nullptr, kafka.queue());
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(offsets);
  kafka.WaitForAnswer("delete records");
}

}  // namespace ordermesh::stream
