#include "services/analytics/app/list_lags.h"

#include <utility>

#include "libs/base/status.h"
#include "services/analytics/api/refusals.h"

namespace ordermesh::analytics {

absl::StatusOr<std::vector<PartitionLag>> ReadLags(RollupStore& store, LogEnds& ends, const std::string& topic,
                                                   int partitions, absl::Duration timeout) {
  absl::StatusOr<stream::Positions> positions = store.Positions();
  if (!positions.ok()) return StoreRefused(positions.status());
  absl::StatusOr<std::vector<PartitionLag>> lags = stream::LagsOf(*positions, ends, topic, partitions, timeout);
  if (!lags.ok()) return BrokerUnavailable(lags.status());
  return lags;
}

aio::Task<absl::StatusOr<std::vector<PartitionLag>>> ListLags::Run(aio::Waiter waiter, absl::Duration timeout) {
  auto run = stores_.Run(waiter, [this, timeout](RollupStore& store) -> absl::StatusOr<std::vector<PartitionLag>> {
    std::vector<PartitionLag> all;
    for (const ConsumedTopic& topic : topics_) {
      ASSIGN_OR_RETURN(const std::vector<PartitionLag> lags,
                       ReadLags(store, ends_, topic.name, topic.partitions, timeout));
      all.insert(all.end(), lags.begin(), lags.end());
    }
    return all;
  });
  absl::StatusOr<std::vector<PartitionLag>> lags = co_await run;
  if (!lags.ok()) co_return StoreRefused(lags.status());
  co_return lags;
}

}  // namespace ordermesh::analytics
