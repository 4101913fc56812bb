// How far behind its topic a consumer is, for whoever is not a member of its group.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/stream/partition.h"

namespace ordermesh::stream {

// Partitions, and where each stands.
using Positions = std::vector<std::pair<Partition, Position>>;

// How far a group is that keeps its offsets in Kafka (RecordSource::Commit): those of partitions 0 to `partitions` - 1
// of which it has committed one. For whoever is not a member. kUnavailable: no broker answers within `timeout`.
absl::StatusOr<Positions> CommittedPositions(kafka::Cluster& cluster, const std::string& group,
                                             const std::string& topic, int partitions, absl::Duration timeout);

// The ends of logs. Thread-safe.
class LogEnds {
 public:
  virtual ~LogEnds() = default;
  // kUnavailable: no broker answers within `timeout`.
  virtual absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration timeout) = 0;
};

// Kafka's. `cluster` must outlive it.
class KafkaLogEnds : public LogEnds {
 public:
  explicit KafkaLogEnds(kafka::Cluster& cluster) : cluster_(cluster) {}
  absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration timeout) override;

 private:
  kafka::Cluster& cluster_;
};

struct PartitionLag {
  Partition partition;
  std::int64_t next_offset = 0;  // of the next record to apply
  std::int64_t end_offset = 0;   // of the next record to be written
  std::int64_t lost_records = 0;
  std::int64_t lag() const { return end_offset > next_offset ? end_offset - next_offset : 0; }

  friend bool operator==(const PartitionLag&, const PartitionLag&) = default;
};

// Of partitions 0 to `partitions` - 1, sorted. One of which no position is known has its whole log before it. The error
// is that of `ends`.
absl::StatusOr<std::vector<PartitionLag>> LagsOf(const Positions& positions, LogEnds& ends, const std::string& topic,
                                                 int partitions, absl::Duration timeout);

}  // namespace ordermesh::stream
