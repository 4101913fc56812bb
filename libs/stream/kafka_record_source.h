// The consumer group on Kafka.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/stream/record_source.h"

namespace ordermesh::stream {

struct KafkaSourceOptions {
  kafka::Brokers brokers;
  std::string client_id;
  std::string topic;
  std::string group;
  absl::Duration session_timeout = absl::Seconds(10);
  absl::Duration max_poll_interval = absl::Minutes(5);
};

// Does not wait for the broker. INVALID_ARGUMENT: the options are refused.
absl::StatusOr<std::unique_ptr<RecordSource>> OpenKafkaRecordSource(const KafkaSourceOptions& options,
                                                                    RecordSource::Callbacks callbacks);

// What a committed offset carries beside itself, so that a topic made anew is noticed, and lost records stay known:
// "record=<id> lost=<count>". Of any other text, as when an operator's tool has set the offset, nothing is known.
std::string CommitMetadata(const Position& position);
Position CommittedPosition(std::int64_t next_offset, absl::string_view metadata);

}  // namespace ordermesh::stream
