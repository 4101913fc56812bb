#include "services/analytics/app/record_consumer.h"

#include <utility>

#include "libs/base/log.h"

namespace ordermesh::analytics {

RecordConsumer::RecordConsumer(Make make, OpenRecordSource open, const AnalyticsMetrics& metrics, base::Timer& timer,
                               base::Random& random)
    : make_(std::move(make)),
      open_(std::move(open)),
      metrics_(metrics),
      timer_(timer),
      random_(random),
      thread_([this](std::stop_token stop) { Run(std::move(stop)); }) {}

void RecordConsumer::Run(std::stop_token stop) {
  std::unique_ptr<ConsumeRecords> consume = make_();
  while (!stop.stop_requested()) {
    absl::Status status = Advance(*consume);
    if (status.ok()) {
      if (const int failures = failures_.End(); failures > 0)
        base::LogInfo("counting_resumed", {{"failures", failures}});
      continue;
    }
    Explain(status);
    timer_.SleepFor(base::BackoffDelay(backoff_, failures_.count(), random_), stop);
  }
  if (!consume->is_open()) return;
  if (absl::Status flushed = consume->Flush(); !flushed.ok()) {
    base::LogInfo("stopped_before_counting_all", {{"error", flushed.message()}});  // The next owner counts it.
  }
  consume->Close();
}

absl::Status RecordConsumer::Advance(ConsumeRecords& consume) {
  if (!consume.is_open()) return consume.Open(open_);
  absl::Status status = consume.Step();
  if (absl::IsNotFound(status) || absl::IsFailedPrecondition(status)) {
    metrics_.restarts.Add();
    consume.Close();
  }
  return status;
}

void RecordConsumer::Explain(const absl::Status& status) {
  if (!failures_.Add()) return;
  base::LogWarning("counting_waits", {{"error", status.message()},
                                      {"code", absl::StatusCodeToString(status.code())},
                                      {"failures", failures_.count()}});
}

}  // namespace ordermesh::analytics
