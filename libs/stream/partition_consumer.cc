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
      retry_({.initial = absl::Milliseconds(50), .max = absl::Seconds(2)}, timer, random),
      member_(std::move(options), sink, dead_letters, metrics, timer),
      thread_([this](std::stop_token stop) { Run(std::move(stop)); }) {}

void PartitionConsumer::Run(std::stop_token stop) {
  while (!stop.stop_requested()) {
    absl::Status status = member_.is_open() ? member_.Step() : member_.Open(open_);
    if (status.ok()) {
      if (const int failures = retry_.Succeeded(); failures > 0) {
        base::LogInfo(absl::StrCat(activity_, "_resumed"), {{"failures", failures}});
      }
      continue;
    }
    if (retry_.Failed()) {
      base::LogWarning(absl::StrCat(activity_, "_waits"), {{"error", status.message()},
                                                           {"code", absl::StatusCodeToString(status.code())},
                                                           {"failures", retry_.failures()}});
    }
    retry_.Pause(stop);
  }
  if (!member_.is_open()) return;
  if (absl::Status flushed = member_.Flush(); !flushed.ok()) {
    // The next owner applies it.
    base::LogInfo(absl::StrCat("stopped_before_", activity_, "_all"), {{"error", flushed.message()}});
  }
  member_.Close();
}

}  // namespace ordermesh::stream
