#include "services/analytics/app/list_lags.h"

#include <algorithm>
#include <map>
#include <utility>

#include "libs/base/status.h"
#include "services/analytics/api/refusals.h"

namespace ordermesh::analytics {

absl::StatusOr<std::vector<PartitionLag>> ReadLags(RollupStore& store, LogEnds& ends, const std::string& topic,
                                                   int partitions, absl::Duration timeout) {
  absl::StatusOr<std::vector<std::pair<Partition, Position>>> stored = store.Positions();
  if (!stored.ok()) return StoreRefused(stored.status());
  const std::map<Partition, Position> positions(stored->begin(), stored->end());
  std::vector<PartitionLag> lags;
  for (int number = 0; number < partitions; ++number) {
    const Partition partition{topic, number};
    absl::StatusOr<LogRange> log = ends.Range(partition, timeout);
    if (!log.ok()) return BrokerUnavailable(log.status());
    PartitionLag lag{partition, log->first, log->next};
    if (auto at = positions.find(partition); at != positions.end()) {
      lag.next_offset = at->second.next_offset;
      lag.lost_records = at->second.lost_records;
    }
    lags.push_back(std::move(lag));
  }
  return lags;
}

aio::Task<absl::StatusOr<std::vector<PartitionLag>>> ListLags::Run(aio::Waiter waiter, absl::Duration timeout) {
  auto run = stores_.Run(
      waiter, [this, timeout](RollupStore& store) { return ReadLags(store, ends_, topic_, partitions_, timeout); });
  absl::StatusOr<std::vector<PartitionLag>> lags = co_await run;
  if (!lags.ok()) co_return StoreRefused(lags.status());
  co_return lags;
}

}  // namespace ordermesh::analytics
