#include "services/notifier/app/chores.h"

#include "libs/base/log.h"

namespace ordermesh::notifier {
namespace {

// Rows that one transaction of a resend looks at, and locks at most.
constexpr int kResendBatch = 200;

bool Done(absl::string_view chore, const absl::Status& status, base::FailureRow& failures) {
  if (status.ok()) {
    failures.End();
  } else if (failures.Add()) {
    base::LogWarning("chore_failed", {{"chore", chore}, {"error", status.ToString()}, {"failures", failures.count()}});
  }
  return status.ok();
}

}  // namespace

void RescueAndMeasure(Ledger& ledger, std::vector<std::pair<Channel, ChannelMetrics>>& channels,
                      const ChoreMetrics& metrics, ChoreFailures& failures) {
  const absl::StatusOr<int> rescued = ledger.RescueOrphans();
  if (!Done("rescue", rescued.status(), failures.first)) return;
  metrics.rescued.Add(*rescued);
  if (*rescued > 0) base::LogWarning("orphans_rescued", {{"count", *rescued}});

  const absl::StatusOr<std::vector<Backlog>> due = ledger.Due();
  if (!Done("measure", due.status(), failures.second)) return;
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
              ChoreFailures& failures, std::stop_token stop) {
  const auto drain = [&](absl::string_view chore, base::FailureRow& row, auto prune) {
    while (!stop.stop_requested()) {
      const absl::StatusOr<std::int64_t> pruned = prune();
      if (!Done(chore, pruned.status(), row) || *pruned == 0) return;
      metrics.pruned.Add(static_cast<double>(*pruned));
    }
  };
  drain("prune", failures.first, [&] { return ledger.Prune(options.retention, options.batch); });
  drain("prune_dead_letters", failures.second, [&] { return dead_letters.Prune(options.retention, options.batch); });
}

void WorkOnResends(ResendStore& resends, ChoreFailures& failures, std::stop_token stop) {
  while (!stop.stop_requested()) {
    const absl::StatusOr<bool> more = resends.Advance(kResendBatch);
    if (!Done("resend", more.status(), failures.first) || !*more) return;
  }
}

}  // namespace ordermesh::notifier
