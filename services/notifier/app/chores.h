// What has to be done now and then: rescue, measure, prune.
#pragma once

#include <stop_token>
#include <vector>

#include "libs/base/log_limit.h"
#include "services/notifier/app/dead_letters.h"
#include "services/notifier/app/ledger.h"
#include "services/notifier/app/resends.h"
#include "services/notifier/notifier_metrics.h"

namespace ordermesh::notifier {

struct PruneOptions {
  absl::Duration retention = absl::Hours(24 * 30);
  int batch = 1000;
};

// Of one chore, from run to run.
struct ChoreFailures {
  base::FailureRow first, second;  // of its two steps
};

// Each belongs to one thread; failures are left to the next time, and logged more and more rarely.

// Takes over first attempts whose worker died, and counts what is due.
void RescueAndMeasure(Ledger& ledger, std::vector<std::pair<Channel, ChannelMetrics>>& channels,
                      const ChoreMetrics& metrics, ChoreFailures& failures);

// Deletes old notifications and redriven dead letters, in short batches, until none is left or a stop is asked for.
void PruneOld(Ledger& ledger, DeadLetterStore& dead_letters, const PruneOptions& options, const ChoreMetrics& metrics,
              ChoreFailures& failures, std::stop_token stop);

// Goes on with the resends that operators asked for, in short batches, until all are done or a stop is asked for.
void WorkOnResends(ResendStore& resends, ChoreFailures& failures, std::stop_token stop);

}  // namespace ordermesh::notifier
