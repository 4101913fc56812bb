#include "libs/stream/kafka_record_source.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"

namespace ordermesh::stream {
namespace {

class KafkaRecordSource : public RecordSource {
 public:
  explicit KafkaRecordSource(std::unique_ptr<kafka::Consumer> consumer) : consumer_(std::move(consumer)) {}

  absl::StatusOr<std::vector<Record>> Poll(int max, absl::Duration timeout) override {
    return consumer_->Poll(max, timeout);
  }
  absl::StatusOr<Record> ReadAt(const Partition& partition, std::int64_t offset, absl::Duration timeout) override {
    ASSIGN_OR_RETURN(std::vector<Record> records,
                     consumer_->ReadAt(partition.topic, partition.number, offset, 1, timeout));
    if (records.empty() || records[0].offset != offset) {
      return absl::NotFoundError(absl::StrCat(NameOf(partition), " holds no offset ", offset));
    }
    return std::move(records[0]);
  }
  absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration timeout) override {
    ASSIGN_OR_RETURN(const auto marks, consumer_->Watermarks(partition.topic, partition.number, timeout));
    return LogRange{marks.first, marks.second};
  }
  absl::Status Seek(const Partition& partition, std::int64_t offset) override {
    return consumer_->Seek(partition.topic, partition.number, offset);
  }
  void Commit(const Partition& partition, const Position& position) override {
    consumer_->Commit(partition.topic, partition.number, position.next_offset, CommitMetadata(position));
  }
  absl::StatusOr<std::optional<Position>> Committed(const Partition& partition, absl::Duration timeout) override {
    ASSIGN_OR_RETURN(const auto committed, consumer_->Committed(partition.topic, partition.number, timeout));
    if (!committed.has_value()) return std::nullopt;
    return CommittedPosition(committed->next_offset, committed->metadata);
  }

 private:
  std::unique_ptr<kafka::Consumer> consumer_;
};

}  // namespace

std::string CommitMetadata(const Position& position) {
  return absl::StrCat("record=", position.last_record.ToString(), " lost=", position.lost_records);
}

Position CommittedPosition(std::int64_t next_offset, absl::string_view metadata) {
  Position position{.next_offset = next_offset};
  for (absl::string_view part : absl::StrSplit(metadata, ' ')) {
    if (absl::ConsumePrefix(&part, "record=")) {
      position.last_record = base::Uuid::Parse(part).value_or(base::Uuid());
    } else if (absl::ConsumePrefix(&part, "lost=") && !absl::SimpleAtoi(part, &position.lost_records)) {
      position.lost_records = 0;
    }
  }
  return position;
}

absl::StatusOr<std::unique_ptr<RecordSource>> OpenKafkaRecordSource(const KafkaSourceOptions& options,
                                                                    RecordSource::Callbacks callbacks) {
  kafka::ConsumerOptions consumer_options;
  consumer_options.brokers = options.brokers;
  consumer_options.group = options.group;
  consumer_options.client_id = options.client_id;
  consumer_options.topics = {options.topic};
  consumer_options.session_timeout = options.session_timeout;
  consumer_options.max_poll_interval = options.max_poll_interval;
  ASSIGN_OR_RETURN(std::unique_ptr<kafka::Consumer> consumer,
                   kafka::Consumer::Create(
                       std::move(consumer_options),
                       [start = std::move(callbacks.start)](const std::string& topic, std::int32_t partition) {
                         return start({topic, partition});
                       },
                       [revoked = std::move(callbacks.revoked)](const std::string& topic, std::int32_t partition) {
                         revoked({topic, partition});
                       }));
  return std::make_unique<KafkaRecordSource>(std::move(consumer));
}

}  // namespace ordermesh::stream
