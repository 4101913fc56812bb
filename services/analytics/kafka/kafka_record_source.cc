#include "services/analytics/kafka/kafka_record_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::analytics {
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
      return absl::NotFoundError(absl::StrCat(partition.topic, "/", partition.number, " holds no offset ", offset));
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
  void Commit(const Partition& partition, std::int64_t next_offset) override {
    consumer_->Commit(partition.topic, partition.number, next_offset);
  }

 private:
  std::unique_ptr<kafka::Consumer> consumer_;
};

}  // namespace

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

}  // namespace ordermesh::analytics
