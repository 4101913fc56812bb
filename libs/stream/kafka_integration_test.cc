// What the fakes pass, Kafka passes.
#include "absl/strings/numbers.h"
#include "gtest/gtest.h"
#include "libs/stream/kafka_dead_letters.h"
#include "libs/stream/testing/dead_letters_conformance.h"
#include "libs/stream/testing/kafka_operator.h"
#include "libs/stream/testing/kafka_topic.h"
#include "libs/stream/testing/records.h"
#include "libs/stream/testing/source_conformance.h"

namespace ordermesh::stream {
namespace {

class KafkaSourceHarness : public SourceHarness {
 public:
  Partition partition() override { return {topic_.name(), 0}; }
  void Append(const std::vector<std::string>& values) override {
    std::vector<Record> records;
    for (const std::string& value : values) records.push_back(RecordOf(value, "one key"));
    topic_.Publish(records);
  }
  void DropBefore(std::int64_t offset) override { DropRecordsBefore(topic_.brokers(), topic_.name(), 0, offset); }
  std::unique_ptr<RecordSource> Open(RecordSource::Callbacks callbacks) override {
    absl::StatusOr<std::unique_ptr<RecordSource>> source = topic_.Open(std::move(callbacks));
    EXPECT_TRUE(source.ok()) << source.status();
    return *std::move(source);
  }

 private:
  KafkaTopic topic_;
};

INSTANTIATE_TEST_SUITE_P(Kafka, SourceConformance,
                         ::testing::Values([] { return std::make_unique<KafkaSourceHarness>(); }));

class KafkaDeadLettersHarness : public DeadLettersHarness {
 public:
  DeadLetters& dead_letters() override { return letters_; }
  std::vector<StoredLetter> Stored(std::size_t count) override {
    std::vector<StoredLetter> letters;
    for (const Record& record : topic_.DeadLetterRecords(count)) {
      StoredLetter letter{std::string(record.header("original_topic")), -1, std::string(record.header("reason")),
                          record.value};
      EXPECT_TRUE(absl::SimpleAtoi(record.header("original_offset"), &letter.offset));
      letters.push_back(std::move(letter));
    }
    return letters;
  }

 private:
  KafkaTopic topic_;
  KafkaDeadLetters letters_{{.brokers = topic_.brokers(), .client_id = "test"}, topic_.dead_letter_topic()};
};

INSTANTIATE_TEST_SUITE_P(Kafka, DeadLettersConformance,
                         ::testing::Values([] { return std::make_unique<KafkaDeadLettersHarness>(); }));

}  // namespace
}  // namespace ordermesh::stream
