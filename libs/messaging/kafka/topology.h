// Looks whether topics are there as they were declared (EnsureTopics).
#pragma once

#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/admin.h"
#include "libs/messaging/topology.h"

namespace ordermesh::kafka {

// Looks, and changes nothing; each topic may take `timeout`. NOT_FOUND: a topic is missing. FAILED_PRECONDITION: one
// has another number of partitions; the message names both. UNAVAILABLE: no broker answers.
absl::Status CheckTopology(Cluster& cluster, const std::vector<TopicSpec>& topics, absl::Duration timeout);

}  // namespace ordermesh::kafka
