// How far behind Kafka the rollups are, and other consumers whose positions are in the same database.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/stream/lags.h"
#include "services/analytics/app/query_sales.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

using stream::LogEnds;
using stream::PartitionLag;

// See stream::LagsOf. A refusal: the database, or the broker, can't be reached.
absl::StatusOr<std::vector<PartitionLag>> ReadLags(RollupStore& store, LogEnds& ends, const std::string& topic,
                                                   int partitions, absl::Duration timeout);

struct ConsumedTopic {
  std::string name;
  int partitions = 0;
};

// Thread-safe. The dependencies must outlive it.
class ListLags {
 public:
  ListLags(StorePool& stores, LogEnds& ends, std::vector<ConsumedTopic> topics)
      : stores_(stores), ends_(ends), topics_(std::move(topics)) {}

  // Of each topic in turn; see ReadLags. `timeout` is for each look at a log.
  aio::Task<absl::StatusOr<std::vector<PartitionLag>>> Run(aio::Waiter waiter, absl::Duration timeout);

 private:
  StorePool& stores_;
  LogEnds& ends_;
  const std::vector<ConsumedTopic> topics_;
};

}  // namespace ordermesh::analytics
