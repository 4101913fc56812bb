// The sinks on real brokers: the conformance suite.
#include <map>

#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/messaging/order_topology.h"
#include "libs/messaging/rabbitmq/topology.h"
#include "libs/testing/stack.h"
#include "libs/wire/cloud_event.h"
#include "services/relay/sinks/kafka_sink.h"
#include "services/relay/sinks/rabbitmq_sink.h"
#include "services/relay/testing/sink_conformance.h"

namespace ordermesh::relay {
namespace {

using ordermesh::testing::IsOk;
using ordermesh::testing::Stack;

constexpr absl::Duration kPatience = absl::Seconds(10);

Seen ToSeen(const wire::CloudEvent& envelope, const wire::OrderEventData& data) {
  return {envelope.id, envelope.subject, envelope.type, envelope.traceparent, data.order_version};
}

class RabbitmqUnderTest : public SinkUnderTest {
 public:
  RabbitmqUnderTest() {
    EXPECT_THAT(rabbitmq::DeclareTopology(consumer_, messaging::Notifications()), IsOk());
    EXPECT_THAT(consumer_.Consume(messaging::kNotificationsQueue, 1000), IsOk());
    while (!TakeUpTo(1, absl::Milliseconds(300)).empty()) {  // what others left
    }
  }
  Sink& sink() override { return sink_; }
  std::vector<Seen> Take(std::size_t count) override { return TakeUpTo(count, kPatience); }
  void Spoil(Event& event) override { event.payload = "no event"; }
  void TakeDown() override { Stack::Pause("rabbitmq"); }
  void BringUp() override { Stack::Resume("rabbitmq"); }

 private:
  static rabbitmq::ConnectionOptions Options() {
    return {.broker = {.url = Stack::Variable("AMQP_URL")}, .name = "sinks-test", .rpc_timeout = absl::Seconds(2)};
  }
  std::vector<Seen> TakeUpTo(std::size_t count, absl::Duration patience) {
    std::vector<Seen> all;
    const absl::Time deadline = absl::Now() + patience;
    while (all.size() < count && absl::Now() < deadline) {
      absl::StatusOr<std::vector<rabbitmq::Delivery>> some = consumer_.Receive(1000, absl::Milliseconds(200));
      if (!some.ok()) continue;
      for (const rabbitmq::Delivery& delivery : *some) {
        absl::StatusOr<wire::StructuredEvent> event = wire::FromStructuredJson(delivery.message.body);
        EXPECT_THAT(event, IsOk());
        EXPECT_EQ(delivery.message.content_type, wire::kStructuredContentType);
        if (event.ok()) {
          EXPECT_EQ(delivery.message.message_id, event->envelope.id.ToString());
          EXPECT_EQ(delivery.message.routing_key, event->envelope.type);
          all.push_back(ToSeen(event->envelope, event->data));
        }
      }
      if (some->empty()) continue;
      EXPECT_THAT(consumer_.Ack(some->back().tag, true), IsOk());
    }
    return all;
  }

  rabbitmq::Connection consumer_{Options()};
  RabbitmqSink sink_{Options(), 256, Feeds().front()};
};

class KafkaUnderTest : public SinkUnderTest {
 public:
  KafkaUnderTest() {
    EXPECT_THAT(kafka::EnsureTopics(brokers_, messaging::OrderTopics(), kPatience), IsOk());
    absl::StatusOr<std::unique_ptr<kafka::Consumer>> reader = kafka::Consumer::Create(
        {.brokers = brokers_, .group = "unused", .client_id = "sinks-test", .topics = {messaging::kOrderEventsTopic}},
        [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
        [](const std::string&, std::int32_t) {});
    EXPECT_THAT(reader, IsOk());
    reader_ = *std::move(reader);
    for (std::int32_t p = 0; p < messaging::kOrderEventsPartitions; ++p) next_[p] = End(p);
  }
  Sink& sink() override { return sink_; }
  std::vector<Seen> Take(std::size_t count) override {
    std::vector<Seen> all;
    const absl::Time deadline = absl::Now() + kPatience;
    while (all.size() < count && absl::Now() < deadline) {
      for (auto& [partition, next] : next_) {
        absl::StatusOr<std::vector<kafka::ReceivedRecord>> records =
            reader_->ReadAt(messaging::kOrderEventsTopic, partition, next, 1000, kPatience);
        if (!records.ok()) continue;
        for (const kafka::ReceivedRecord& record : *records) {
          next = record.offset + 1;
          absl::StatusOr<wire::CloudEvent> envelope = wire::FromKafkaHeaders(record.headers);
          absl::StatusOr<wire::OrderEventData> data = wire::DecodeOrderEvent(record.value);
          EXPECT_THAT(envelope, IsOk());
          EXPECT_THAT(data, IsOk());
          EXPECT_EQ(record.key, envelope->subject);
          if (envelope.ok() && data.ok()) all.push_back(ToSeen(*envelope, *data));
        }
      }
    }
    return all;
  }
  void Spoil(Event& event) override { event.payload.assign(2'000'000, 'x'); }
  void TakeDown() override { Stack::Pause("kafka"); }
  void BringUp() override { Stack::Resume("kafka"); }

 private:
  std::int64_t End(std::int32_t partition) {
    absl::StatusOr<std::pair<std::int64_t, std::int64_t>> marks =
        reader_->Watermarks(messaging::kOrderEventsTopic, partition, kPatience);
    EXPECT_THAT(marks, IsOk());
    return marks->second;
  }

  const kafka::Brokers brokers_ = {.addresses = Stack::Variable("KAFKA_BROKERS")};
  std::unique_ptr<kafka::Consumer> reader_;
  std::map<std::int32_t, std::int64_t> next_;
  registry::Framings framings_{{}, {}, base::SystemTimer(), base::SystemRandom()};
  KafkaSink sink_{{.brokers = brokers_, .client_id = "sinks-test"}, Feeds().front(), framings_};
};

INSTANTIATE_TEST_SUITE_P(Rabbitmq, SinkConformanceTest,
                         ::testing::Values([] { return std::make_unique<RabbitmqUnderTest>(); }));
INSTANTIATE_TEST_SUITE_P(Kafka, SinkConformanceTest,
                         ::testing::Values([] { return std::make_unique<KafkaUnderTest>(); }));

}  // namespace
}  // namespace ordermesh::relay
