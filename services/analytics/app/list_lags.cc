#include "services/analytics/app/list_lags.h"

#include <utility>

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
  auto run = stores_.Run(
      waiter, [this, timeout](RollupStore& store) { return ReadLags(store, ends_, topic_, partitions_, timeout); });
  absl::StatusOr<std::vector<PartitionLag>> lags = co_await run;
  if (!lags.ok()) co_return StoreRefused(lags.status());
  co_return lags;
}

}  // namespace ordermesh::analytics
