#include "libs/stream/testing/kafka_topic.h"

#include <unistd.h>

#include <atomic>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/base/timer.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/kafka/consumer.h"
#include "libs/stream/kafka_record_source.h"
#include "libs/testing/stack.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::stream {
namespace {

using ::ordermesh::testing::IsOk;

constexpr absl::Duration kPatience = absl::Seconds(60);

std::string NewName() {
  static std::atomic<int> last{0};
  return absl::StrCat("stream.", getpid(), ".", ++last);
}

}  // namespace

void WaitFor(const std::string& what, const std::function<bool()>& done) {
  const base::SteadyTime until = base::SystemTimer().SteadyNow() + kPatience;
  while (!done()) {
    ASSERT_LT(base::SystemTimer().SteadyNow(), until) << "waited in vain for: " << what;
    base::SystemTimer().SleepFor(absl::Milliseconds(10), {});
  }
}

KafkaTopic::KafkaTopic(int partitions)
    : brokers_{.addresses = testing::Stack::Variable("KAFKA_BROKERS")},
      name_(NewName()),
      partitions_(partitions),
      producer_({.brokers = brokers_, .client_id = "test"}) {
  EXPECT_THAT(kafka::EnsureTopics(brokers_, {{.name = dead_letter_topic(), .partitions = 1}}, kPatience), IsOk());
  Create();
}

void KafkaTopic::Create() {
  EXPECT_THAT(kafka::EnsureTopics(brokers_, {{.name = name_, .partitions = partitions_}}, kPatience), IsOk());
  // A topic is known a moment before its partitions are led.
  auto cluster = kafka::Cluster::Connect(brokers_, "test");
  ASSERT_THAT(cluster, IsOk());
  for (int partition = 0; partition < partitions_; ++partition) {
    WaitFor("a leader", [&] { return (*cluster)->Watermarks(name_, partition, absl::Seconds(10)).ok(); });
  }
}

void KafkaTopic::Publish(const std::vector<Record>& records) {
  std::vector<kafka::Record> out;
  for (const Record& record : records) out.push_back({name_, record.key, record.value, record.headers});
  // A topic that was made a moment ago may not be known to every part of the broker yet.
  WaitFor("the records stored", [&] { return producer_.Publish(out, absl::Seconds(30)).status.ok(); });
}

absl::StatusOr<std::unique_ptr<RecordSource>> KafkaTopic::Open(RecordSource::Callbacks callbacks) const {
  return OpenKafkaRecordSource(
      {.brokers = brokers_, .client_id = "test", .topic = name_, .group = name_, .session_timeout = absl::Seconds(6)},
      std::move(callbacks));
}

std::vector<Record> KafkaTopic::DeadLetterRecords(std::size_t count) const {
  auto consumer = kafka::Consumer::Create(
      {.brokers = brokers_, .group = name_ + ".reader", .client_id = "test", .topics = {dead_letter_topic()}},
      [](const std::string&, std::int32_t) { return kafka::Consumer::kBeginning; },
      [](const std::string&, std::int32_t) {});
  EXPECT_THAT(consumer, IsOk());
  std::vector<Record> records;
  WaitFor("dead letters", [&] {
    if (records.size() >= count) return true;
    auto polled = (*consumer)->Poll(100, absl::Milliseconds(100));
    if (polled.ok()) std::move(polled->begin(), polled->end(), std::back_inserter(records));
    return records.size() >= count;
  });
  return records;
}

LogRange KafkaTopic::Range(int partition) const {
  auto cluster = kafka::Cluster::Connect(brokers_, "test");
  EXPECT_THAT(cluster, IsOk());
  auto range = (*cluster)->Watermarks(name_, partition, absl::Seconds(10));
  EXPECT_THAT(range, IsOk());
  return range.ok() ? LogRange{range->first, range->second} : LogRange{-1, -1};
}

}  // namespace ordermesh::stream
