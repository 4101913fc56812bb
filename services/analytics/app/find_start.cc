#include "services/analytics/app/find_start.h"

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "services/analytics/app/record_id.h"

namespace ordermesh::analytics {
namespace {

// A look at one record or at the log's ends; well within what the group allows between two polls.
constexpr absl::Duration kLookTimeout = absl::Seconds(5);

enum class Fit { kFits, kMadeAnew, kLogStartsLater };

absl::StatusOr<Fit> Compare(const Partition& partition, const Position& position, const LogRange& log,
                            RecordSource& source) {
  if (position.next_offset > log.next) return Fit::kMadeAnew;
  if (position.next_offset < log.first) return Fit::kLogStartsLater;
  // Nothing before it to compare with, or nothing known of it.
  if (position.next_offset == log.first || position.last_record.is_nil()) return Fit::kFits;
  absl::StatusOr<Record> before = source.ReadAt(partition, position.next_offset - 1, kLookTimeout);
  if (absl::IsNotFound(before.status())) return Fit::kMadeAnew;
  if (!before.ok()) return before.status();
  return RecordId(*before) == position.last_record ? Fit::kFits : Fit::kMadeAnew;
}

}  // namespace

absl::StatusOr<std::int64_t> FindStart(const Partition& partition, RollupStore& store, RecordSource& source,
                                       const AnalyticsMetrics& metrics) {
  const std::string name = absl::StrCat(partition.topic, "/", partition.number);
  absl::StatusOr<Position> position = store.Load(partition);
  if (!position.ok()) return base::Annotate(position.status(), absl::StrCat(name, ": its position"));
  absl::StatusOr<LogRange> log = source.Range(partition, kLookTimeout);
  if (!log.ok()) return base::Annotate(log.status(), absl::StrCat(name, ": its first and last offset"));
  absl::StatusOr<Fit> fit = Compare(partition, *position, *log, source);
  if (!fit.ok()) return base::Annotate(fit.status(), absl::StrCat(name, ": the record before its position"));
  if (*fit == Fit::kFits) return position->next_offset;

  const std::int64_t lost = *fit == Fit::kLogStartsLater ? log->first - position->next_offset : 0;
  absl::Status moved = store.Move(partition, position->next_offset, log->first, lost);
  // Another member was faster; the caller asks again and finds what it made of it.
  if (absl::IsFailedPrecondition(moved)) return absl::AbortedError(moved.message());
  if (!moved.ok()) return base::Annotate(moved, absl::StrCat(name, ": moving its position"));
  if (lost > 0) {
    base::LogError("records_lost", {{"partition", name},
                                    {"next_offset", position->next_offset},
                                    {"log_start", log->first},
                                    {"records", lost},
                                    {"what_to_do", "rebuild the rollups: docs/runbooks/consumer-lag.md"}});
  } else {
    metrics.log_resets.Add();
    base::LogWarning("topic_made_anew",
                     {{"partition", name}, {"next_offset", position->next_offset}, {"log_start", log->first}});
  }
  return log->first;
}

}  // namespace ordermesh::analytics
