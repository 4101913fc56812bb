#include "libs/messaging/kafka/topology.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::kafka {

absl::Status CheckTopology(Cluster& cluster, const std::vector<TopicSpec>& topics, absl::Duration timeout) {
  for (const TopicSpec& topic : topics) {
    const absl::StatusOr<int> partitions = cluster.PartitionCount(topic.name, timeout);
    if (absl::IsNotFound(partitions.status())) {
      return absl::NotFoundError(absl::StrCat("kafka: topic ", topic.name, " is missing; run ordermesh-migrate"));
    }
    RETURN_IF_ERROR(partitions.status());
    if (*partitions != topic.partitions) {
      return absl::FailedPreconditionError(
          absl::StrCat("kafka: topic ", topic.name, " has ", *partitions, " partitions, not ", topic.partitions));
    }
  }
  return absl::OkStatus();
}

}  // namespace ordermesh::kafka
