#include "libs/stream/lags.h"

#include <cstddef>
#include <map>
#include <optional>

#include "libs/base/status.h"
#include "libs/stream/kafka_record_source.h"

namespace ordermesh::stream {

absl::StatusOr<Positions> CommittedPositions(kafka::Cluster& cluster, const std::string& group,
                                             const std::string& topic, int partitions, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const auto committed, cluster.Committed(group, topic, partitions, timeout));
  Positions positions;
  for (int number = 0; number < partitions; ++number) {
    const std::optional<kafka::CommittedOffset>& one = committed[static_cast<std::size_t>(number)];
    if (!one.has_value()) continue;
    positions.emplace_back(Partition{topic, number}, CommittedPosition(one->next_offset, one->metadata));
  }
  return positions;
}

absl::StatusOr<LogRange> KafkaLogEnds::Range(const Partition& partition, absl::Duration timeout) {
  ASSIGN_OR_RETURN(const auto marks, cluster_.Watermarks(partition.topic, partition.number, timeout));
  return LogRange{marks.first, marks.second};
}

absl::StatusOr<std::vector<PartitionLag>> LagsOf(const Positions& positions, LogEnds& ends, const std::string& topic,
                                                 int partitions, absl::Duration timeout) {
  const std::map<Partition, Position> known(positions.begin(), positions.end());
  std::vector<PartitionLag> lags;
  for (int number = 0; number < partitions; ++number) {
    const Partition partition{topic, number};
    ASSIGN_OR_RETURN(const LogRange log, ends.Range(partition, timeout));
    PartitionLag lag{partition, log.first, log.next};
    if (auto at = known.find(partition); at != known.end()) {
      lag.next_offset = at->second.next_offset;
      lag.lost_records = at->second.lost_records;
    }
    lags.push_back(std::move(lag));
  }
  return lags;
}

}  // namespace ordermesh::stream
