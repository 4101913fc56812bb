#include "services/relay/app/upkeep.h"

#include <utility>

#include "libs/base/log.h"
#include "libs/base/status.h"

namespace ordermesh::relay {
namespace {

// Between two batches of one round, so that pruning a long backlog leaves the disk to others.
constexpr absl::Duration kBetweenBatches = absl::Milliseconds(50);

}  // namespace

Upkeep::Upkeep(UpkeepOptions options, UpkeepStore& store, std::map<std::string, SinkMetrics> sinks,
               OutboxMetrics metrics, base::Timer& timer)
    : options_(std::move(options)),
      store_(store),
      sinks_(std::move(sinks)),
      metrics_(metrics),
      timer_(timer),
      thread_([this](std::stop_token stop) { Run(stop); }) {}

void Upkeep::Run(std::stop_token stop) {
  bool failing = false;
  do {
    absl::Status status = Measure();
    if (status.ok()) status = Prune(stop);
    if (!status.ok() && !failing)
      base::LogWarning("outbox_upkeep_failed", {{"feed", options_.feed}, {"reason", status.message()}});
    failing = !status.ok();
  } while (timer_.SleepFor(options_.interval, stop));
}

absl::Status Upkeep::Measure() {
  for (const auto& [sink, metrics] : sinks_) {
    ASSIGN_OR_RETURN(const UpkeepStore::Backlog backlog, store_.Measure(sink));
    metrics.depth.Set(static_cast<double>(backlog.depth));
    metrics.oldest_age_seconds.Set(absl::ToDoubleSeconds(backlog.oldest_age));
  }
  ASSIGN_OR_RETURN(const UpkeepStore::Transaction oldest, store_.OldestTransaction());
  metrics_.oldest_transaction_age_seconds.Set(absl::ToDoubleSeconds(oldest.age));
  metrics_.oldest_transaction_pid.Set(oldest.pid);
  if (oldest.pid != 0 && oldest.age >= options_.old_transaction) {
    if (oldest.pid != logged_pid_) {
      base::LogWarning("outbox_held_back",
                       {{"feed", options_.feed}, {"pid", oldest.pid}, {"age_s", absl::ToInt64Seconds(oldest.age)}});
    }
    logged_pid_ = oldest.pid;
  } else {
    logged_pid_ = 0;
  }
  return absl::OkStatus();
}

absl::Status Upkeep::Prune(std::stop_token stop) {
  std::vector<std::string> names;
  for (const auto& [sink, metrics] : sinks_) names.push_back(sink);
  for (;;) {
    ASSIGN_OR_RETURN(const std::int64_t gone, store_.Prune(names, options_.retention, options_.prune_batch));
    metrics_.pruned.Add(static_cast<double>(gone));
    if (gone < options_.prune_batch || !timer_.SleepFor(kBetweenBatches, stop)) return absl::OkStatus();
  }
}

}  // namespace ordermesh::relay
