// How far behind Kafka the rollups are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "services/analytics/app/query_sales.h"
#include "services/analytics/app/record_source.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

// The ends of logs, for whoever is not a member of the group. Thread-safe.
class LogEnds {
 public:
  virtual ~LogEnds() = default;
  virtual absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration timeout) = 0;
};

struct PartitionLag {
  Partition partition;
  std::int64_t next_offset = 0;  // of the next record to count
  std::int64_t end_offset = 0;   // of the next record to be written
  std::int64_t lost_records = 0;
  std::int64_t lag() const { return end_offset > next_offset ? end_offset - next_offset : 0; }

  friend bool operator==(const PartitionLag&, const PartitionLag&) = default;
};

// Of partitions 0 to `partitions` - 1, sorted. A partition that was never counted has its whole log before it.
// A refusal: the database, or the broker, can't be reached.
absl::StatusOr<std::vector<PartitionLag>> ReadLags(RollupStore& store, LogEnds& ends, const std::string& topic,
                                                   int partitions, absl::Duration timeout);

// Thread-safe. The dependencies must outlive it.
class ListLags {
 public:
  ListLags(StorePool& stores, LogEnds& ends, std::string topic, int partitions)
      : stores_(stores), ends_(ends), topic_(std::move(topic)), partitions_(partitions) {}

  // See ReadLags.
  aio::Task<absl::StatusOr<std::vector<PartitionLag>>> Run(aio::Waiter waiter, absl::Duration timeout);

 private:
  StorePool& stores_;
  LogEnds& ends_;
  const std::string topic_;
  const int partitions_;
};

}  // namespace ordermesh::analytics
