#include "libs/stream/find_start.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/stream/record_id.h"

namespace ordermesh::stream {
namespace {

// A look at one record or at the log's ends; well within what the group allows between two polls.
constexpr absl::Duration kLookTimeout = absl::Seconds(5);

absl::Status OfSink(const absl::Status& status, const std::string& what) {
  const bool misleading = absl::IsNotFound(status) || absl::IsFailedPrecondition(status);
  return base::Annotate(misleading ? absl::UnavailableError(status.message()) : status, what);
}

// Nothing: neither the sink nor the group has ever stored one.
absl::StatusOr<std::optional<Start>> Load(const Partition& partition, AnySink& sink, RecordSource& source) {
  absl::StatusOr<std::optional<Position>> position = sink.Load(partition);
  if (!position.ok()) return OfSink(position.status(), "its position");
  if (position->has_value()) return Start{**position, true};
  position = source.Committed(partition, kLookTimeout);
  if (!position.ok()) return base::Annotate(position.status(), "its committed position");
  if (position->has_value()) return Start{**position, false};
  return std::nullopt;
}

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

absl::StatusOr<Start> Find(const Partition& partition, AnySink& sink, RecordSource& source,
                           const ConsumerMetrics& metrics, const std::string& when_lost) {
  ASSIGN_OR_RETURN(const std::optional<Start> stored, Load(partition, sink, source));
  // After the position: others may go on meanwhile, and a log that ends before it is taken for another one.
  absl::StatusOr<LogRange> log = source.Range(partition, kLookTimeout);
  if (!log.ok()) return base::Annotate(log.status(), "its first and last offset");
  Start start = stored.value_or(Start{{.next_offset = log->first}, false});
  absl::StatusOr<Fit> fit = Compare(partition, start.position, *log, source);
  if (!fit.ok()) return base::Annotate(fit.status(), "the record before its position");
  if (*fit == Fit::kFits) return start;

  const std::int64_t from = start.position.next_offset;
  const std::int64_t lost = *fit == Fit::kLogStartsLater ? log->first - from : 0;
  start.position = {log->first, base::Uuid(), start.position.lost_records + lost};
  if (start.kept_by_sink) {
    absl::Status moved = sink.Move(partition, from, log->first, lost);
    // Another member was faster; the caller asks again and finds what it made of it.
    if (absl::IsFailedPrecondition(moved)) return absl::AbortedError(moved.message());
    if (!moved.ok()) return OfSink(moved, "moving its position");
  } else {
    source.Commit(partition, start.position);
  }
  if (lost > 0) {
    base::LogError("records_lost", {{"partition", NameOf(partition)},
                                    {"next_offset", from},
                                    {"log_start", log->first},
                                    {"records", lost},
                                    {"what_to_do", when_lost}});
  } else {
    metrics.log_resets.Add();
    base::LogWarning("topic_made_anew",
                     {{"partition", NameOf(partition)}, {"next_offset", from}, {"log_start", log->first}});
  }
  return start;
}

}  // namespace

absl::StatusOr<Start> FindStart(const Partition& partition, AnySink& sink, RecordSource& source,
                                const ConsumerMetrics& metrics, const std::string& when_lost) {
  absl::StatusOr<Start> start = Find(partition, sink, source, metrics, when_lost);
  if (!start.ok()) return base::Annotate(start.status(), NameOf(partition));
  return start;
}

}  // namespace ordermesh::stream
