// Kafka's part of the table in libs/messaging/topology.h: declared by migrate, checked by everyone else.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/admin.h"

namespace ordermesh::kafka {

// The topics as they are declared: the events of orders, and their dead letters.
std::vector<TopicSpec> OrderTopics(int replication);

// Looks, and changes nothing. NOT_FOUND: a topic is missing. FAILED_PRECONDITION: one has another number of partitions;
// the message names both. UNAVAILABLE: no broker answers.
absl::Status CheckTopology(Cluster& cluster, absl::Duration timeout);

}  // namespace ordermesh::kafka
