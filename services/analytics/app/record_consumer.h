// The thread that counts.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <thread>

#include "libs/base/backoff.h"
#include "libs/base/log_limit.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "services/analytics/app/consume_records.h"

namespace ordermesh::analytics {

// Joins the group, counts, and starts again after whatever goes wrong. Its end counts what was taken and leaves the
// group. The dependencies must outlive it.
class RecordConsumer {
 public:
  // `make` is called once, on the thread, for what the thread alone uses.
  using Make = std::function<std::unique_ptr<ConsumeRecords>()>;

  RecordConsumer(Make make, OpenRecordSource open, const AnalyticsMetrics& metrics, base::Timer& timer,
                 base::Random& random);

 private:
  void Run(std::stop_token stop);
  // One try of what comes next.
  absl::Status Advance(ConsumeRecords& consume);
  void Explain(const absl::Status& status);

  const Make make_;
  const OpenRecordSource open_;
  const AnalyticsMetrics& metrics_;
  base::Timer& timer_;
  base::Random& random_;
  const base::BackoffPolicy backoff_{.initial = absl::Milliseconds(50), .max = absl::Seconds(2)};
  base::FailureRow failures_;  // the thread only
  std::jthread thread_;        // Last: it ends before what it uses goes away.
};

}  // namespace ordermesh::analytics
