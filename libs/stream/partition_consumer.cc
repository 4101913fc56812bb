#include "libs/stream/partition_consumer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"

namespace ordermesh::stream {

PartitionConsumer::PartitionConsumer(ConsumeOptions options, OpenRecordSource open, AnySink& sink,
                                     DeadLetters& dead_letters, const ConsumerMetrics& metrics, base::Timer& timer,
                                     base::Random& random)
    : activity_(options.activity),
      open_(std::move(open)),
      timer_(timer),
      random_(random),
      member_(std::move(options), sink, dead_letters, metrics, timer),
      thread_([this](std::stop_token stop) { Run(std::move(stop)); }) {}

void PartitionConsumer::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    absl::Status status = member_.is_open() ? member_.Step() : member_.Open(open_);
    if (status.ok()) {
      if (const int failures = failures_.End(); failures > 0) {
        base::LogInfo(absl::StrCat(activity_, "_resumed"), {{"failures", failures}});
      }
      continue;
    }
    Explain(status);
    timer_.SleepFor(base::BackoffDelay(backoff_, failures_.count(), random_), stop);
  }
  if (!member_.is_open()) return;
  if (absl::Status flushed = member_.Flush(); !flushed.ok()) {
    // The next owner applies it.
    base::LogInfo(absl::StrCat("stopped_before_", activity_, "_all"), {{"error", flushed.message()}});
  }
  member_.Close();
}

void PartitionConsumer::Explain(const absl::Status& status) {
  if (!failures_.Add()) return;
  base::LogWarning(absl::StrCat(activity_, "_waits"), {{"error", status.message()},
                                                       {"code", absl::StatusCodeToString(status.code())},
                                                       {"failures", failures_.count()}});
}

}  // namespace ordermesh::stream
