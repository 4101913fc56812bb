// The consumer group on Kafka.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/messaging/kafka/brokers.h"
#include "services/analytics/app/record_source.h"

namespace ordermesh::analytics {

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

}  // namespace ordermesh::analytics
