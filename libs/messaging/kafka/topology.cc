#include "libs/messaging/kafka/topology.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/messaging/topology.h"

namespace ordermesh::kafka {

std::vector<TopicSpec> OrderTopics(int replication) {
  // A week to be read in. Analytics keeps the ids of the events that it has seen for longer than that.
  messaging::Headers config = {{"retention.ms", absl::StrCat(absl::ToInt64Milliseconds(absl::Hours(7 * 24)))}};
  // What was acknowledged is on two brokers as soon as there are three.
  if (replication >= 3) config.emplace_back("min.insync.replicas", "2");
  std::vector<TopicSpec> topics;
  for (const char* name : {messaging::kOrderEventsTopic, messaging::kOrderEventsDeadLetterTopic}) {
    topics.push_back({name, messaging::kOrderEventsPartitions, replication, config});
  }
  return topics;
}

absl::Status CheckTopology(Cluster& cluster, absl::Duration timeout) {
  for (const TopicSpec& topic : OrderTopics(1)) {
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
