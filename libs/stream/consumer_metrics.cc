#include "libs/stream/consumer_metrics.h"

#include "absl/strings/str_cat.h"

namespace ordermesh::stream {

ConsumerMetrics::ConsumerMetrics(base::Metrics& metrics, absl::string_view prefix)
    : dead_letters(metrics.AddCounter(absl::StrCat(prefix, "_dead_letters_total"),
                                      "Records that cannot be applied and went to the dead-letter topic.")),
      log_resets(metrics.AddCounter(absl::StrCat(prefix, "_log_resets_total"),
                                    "Partitions that were begun anew because their topic had been made anew.")),
      restarts(metrics.AddCounter(absl::StrCat(prefix, "_consumer_restarts_total"),
                                  "Consumers that were given up and made anew.")),
      assigned(metrics.AddGauge(absl::StrCat(prefix, "_assigned_partitions"), "Partitions that this process applies.")),
      taken(metrics.AddGauge(absl::StrCat(prefix, "_taken_records"), "Records in memory that are to be applied.")),
      lost_records(metrics.AddGauge(absl::StrCat(prefix, "_lost_records"),
                                    "Records that Kafka dropped before they were applied. More than 0: what is made of "
                                    "them is short until it is built anew.")),
      batch_records(metrics.AddHistogram(absl::StrCat(prefix, "_batch_records"), "Records that were applied together.",
                                         base::BatchSizeBuckets())),
      commit(metrics.AddHistogram(absl::StrCat(prefix, "_commit_seconds"), "How long it takes to apply a batch.",
                                  base::LatencyBuckets())),
      metrics_(metrics),
      prefix_(prefix) {}

base::Gauge ConsumerMetrics::Lag(int partition) const {
  return metrics_.AddGauge(absl::StrCat(prefix_, "_lag_records"),
                           "Records of a partition that are still to be applied.",
                           {{"partition", absl::StrCat(partition)}});
}

void ConsumerMetrics::SetLags(const std::vector<PartitionLag>& lags) const {
  std::int64_t lost = 0;
  for (const PartitionLag& lag : lags) {
    Lag(lag.partition.number).Set(static_cast<double>(lag.lag()));
    lost += lag.lost_records;
  }
  lost_records.Set(static_cast<double>(lost));
}

}  // namespace ordermesh::stream
