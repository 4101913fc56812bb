#include "libs/stream/kafka_dead_letters.h"

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"

namespace ordermesh::stream {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(10);

}  // namespace

kafka::Record ToDeadLetter(const DeadLetter& letter, const std::string& topic) {
  const Record& record = *letter.record;
  kafka::Record dead{topic, record.key, record.value, record.headers};
  dead.headers.emplace_back("original_topic", record.topic);
  dead.headers.emplace_back("original_partition", absl::StrCat(record.partition));
  dead.headers.emplace_back("original_offset", absl::StrCat(record.offset));
  dead.headers.emplace_back("reason", letter.reason);
  return dead;
}

absl::Status KafkaDeadLetters::Write(absl::Span<const DeadLetter> letters) {
  std::vector<kafka::Record> records;
  records.reserve(letters.size());
  for (const DeadLetter& letter : letters) records.push_back(ToDeadLetter(letter, topic_));
  kafka::Producer::Report report = producer_.Publish(records, kTimeout);
  if (!report.status.ok()) return report.status;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (report.outcomes[i] != kafka::Producer::Outcome::kRefused) continue;
    // With our headers it has grown past what the broker takes. Its content stays where it came from; the notice of it
    // goes.
    kafka::Record notice = records[i];
    notice.headers.emplace_back("value_bytes", absl::StrCat(notice.value.size()));
    notice.value.clear();
    kafka::Producer::Report noticed = producer_.Publish({&notice, 1}, kTimeout);
    if (!noticed.status.ok()) return noticed.status;
    if (noticed.outcomes[0] != kafka::Producer::Outcome::kStored) {
      base::LogError("dead_letter_refused", {{"topic", letters[i].record->topic},
                                             {"partition", letters[i].record->partition},
                                             {"offset", letters[i].record->offset},
                                             {"reason", noticed.reasons[0]}});
    }
  }
  return absl::OkStatus();
}

}  // namespace ordermesh::stream
