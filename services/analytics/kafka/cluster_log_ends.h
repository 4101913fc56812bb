// The ends of Kafka's logs.
#pragma once

#include "libs/base/status.h"
#include "libs/messaging/kafka/admin.h"
#include "services/analytics/app/list_lags.h"

namespace ordermesh::analytics {

// `cluster` must outlive it.
class ClusterLogEnds : public LogEnds {
 public:
  explicit ClusterLogEnds(kafka::Cluster& cluster) : cluster_(cluster) {}

  absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration timeout) override {
    ASSIGN_OR_RETURN(const auto marks, cluster_.Watermarks(partition.topic, partition.number, timeout));
    return LogRange{marks.first, marks.second};
  }

 private:
  kafka::Cluster& cluster_;
};

}  // namespace ordermesh::analytics
