// Declares topics and reads what is there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/kafka/committed_offset.h"
#include "libs/messaging/topology.h"

namespace ordermesh::kafka {

// A client that asks, and joins nothing. Thread-safe.
class Cluster {
 public:
  // INVALID_ARGUMENT: `brokers` make no sense. Does not wait for a broker.
  static absl::StatusOr<std::unique_ptr<Cluster>> Connect(const Brokers& brokers, const std::string& client_id);
  ~Cluster();

  // Partitions of a topic. NOT_FOUND: there is no such topic; it is not created. UNAVAILABLE: no broker answers within
  // `timeout`, for the reason that the message ends with, or a partition has no leader. PERMISSION_DENIED: our login is
  // refused.
  absl::StatusOr<int> PartitionCount(const std::string& topic, absl::Duration timeout);

  // First and next offsets of a partition's log.
  absl::StatusOr<std::pair<std::int64_t, std::int64_t>> Watermarks(const std::string& topic, std::int32_t partition,
                                                                   absl::Duration timeout);

  // What a consumer group remembers of the partitions 0 to `partitions` - 1, in this order; nothing for one of which
  // nothing was ever committed, so of a group that nobody has heard of.
  absl::StatusOr<std::vector<std::optional<CommittedOffset>>> Committed(const std::string& group,
                                                                        const std::string& topic, int partitions,
                                                                        absl::Duration timeout);

 private:
  class Impl;
  explicit Cluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Creates the topics that are missing, on `replication` brokers each: of three or more, what is acknowledged is on two.
// FAILED_PRECONDITION, naming the difference: one exists with another number of partitions.
absl::Status EnsureTopics(const Brokers& brokers, const std::vector<TopicSpec>& topics, absl::Duration timeout,
                          int replication = 1);

// Partitions of a topic. NOT_FOUND: there is no such topic; it is not created. UNAVAILABLE: no broker answers.
absl::StatusOr<int> PartitionCount(const Brokers& brokers, const std::string& topic, absl::Duration timeout);

}  // namespace ordermesh::kafka
