#include "services/notifier/chores.h"

#include "libs/base/log.h"

namespace ordermesh::notifier {
namespace {

void LogFailure(absl::string_view chore, const absl::Status& status) {
  base::LogWarning("chore_failed", {{"chore", chore}, {"error", status.ToString()}});
}

}  // namespace

void RescueAndMeasure(Ledger& ledger, std::vector<std::pair<Channel, ChannelMetrics>>& channels,
                      const ChoreMetrics& metrics) {
  const absl::StatusOr<int> rescued = ledger.RescueOrphans();
  if (!rescued.ok()) return LogFailure("rescue", rescued.status());
  metrics.rescued.Add(*rescued);
  if (*rescued > 0) base::LogWarning("orphans_rescued", {{"count", *rescued}});

  const absl::StatusOr<std::vector<Backlog>> due = ledger.Due();
  if (!due.ok()) return LogFailure("measure", due.status());
  for (auto& [channel, gauges] : channels) {
    Backlog backlog;
    for (const Backlog& one : *due) {
      if (one.channel == channel) backlog = one;
    }
    gauges.due.Set(static_cast<double>(backlog.due));
    gauges.oldest_due.Set(absl::ToDoubleSeconds(backlog.oldest));
  }
}

void PruneOld(Ledger& ledger, DeadLetterStore& dead_letters, const PruneOptions& options, const ChoreMetrics& metrics,
              std::stop_token stop) {
  const auto drain = [&](absl::string_view chore, auto prune) {
    while (!stop.stop_requested()) {
      const absl::StatusOr<std::int64_t> pruned = prune();
      if (!pruned.ok()) return LogFailure(chore, pruned.status());
      if (*pruned == 0) return;
      metrics.pruned.Add(static_cast<double>(*pruned));
    }
  };
  drain("prune", [&] { return ledger.Prune(options.retention, options.batch); });
  drain("prune_dead_letters", [&] { return dead_letters.Prune(options.retention, options.batch); });
}

}  // namespace ordermesh::notifier
