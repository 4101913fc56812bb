#include "services/analytics/app/consume_records.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/failpoint.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "services/analytics/app/decode_record.h"
#include "services/analytics/app/find_start.h"
#include "services/analytics/app/record_id.h"

namespace ordermesh::analytics {
namespace {

constexpr absl::Duration kRangeTimeout = absl::Seconds(5);

std::string NameOf(const Partition& partition) { return absl::StrCat(partition.topic, "/", partition.number); }

}  // namespace

ConsumeRecords::ConsumeRecords(ConsumeOptions options, RollupStore& store, DeadLetters& dead_letters,
                               const AnalyticsMetrics& metrics, base::Clock& clock, base::Timer& timer)
    : options_(options), store_(store), dead_letters_(dead_letters), metrics_(metrics), clock_(clock), timer_(timer) {}

ConsumeRecords::~ConsumeRecords() { Close(); }

absl::Status ConsumeRecords::Open(const OpenRecordSource& open) {
  Close();
  RecordSource::Callbacks callbacks;
  callbacks.start = [this](const Partition& partition) -> absl::StatusOr<std::int64_t> {
    // Asked again without a revoke when the log was cut off: what was taken of it is taken anew.
    if (auto at = owned_.find(partition); at != owned_.end()) Forget(at->second);
    ASSIGN_OR_RETURN(const std::int64_t start, FindStart(partition, store_, *source_, metrics_));
    owned_[partition] = {start, start, false, {}};
    metrics_.assigned.Set(static_cast<double>(owned_.size()));
    base::LogInfo("partition_assigned", {{"partition", NameOf(partition)}, {"next_offset", start}});
    return start;
  };
  callbacks.revoked = [this](const Partition& partition) {
    auto at = owned_.find(partition);
    if (at == owned_.end()) return;
    base::LogInfo("partition_revoked", {{"partition", NameOf(partition)}, {"next_offset", at->second.counted_to}});
    Forget(at->second);
    owned_.erase(at);
    metrics_.assigned.Set(static_cast<double>(owned_.size()));
  };
  ASSIGN_OR_RETURN(source_, open(std::move(callbacks)));
  return absl::OkStatus();
}

void ConsumeRecords::Close() {
  source_.reset();
  for (auto& [partition, owned] : owned_) Forget(owned);
  owned_.clear();
  metrics_.assigned.Set(0);
}

absl::Status ConsumeRecords::Step() {
  RETURN_IF_ERROR(ReplaceMisplaced());
  absl::Status polled;
  if (!IsFull()) {
    absl::StatusOr<std::vector<Record>> records =
        source_->Poll(options_.max_records - taken_, taken_ == 0 ? options_.idle_poll : UntilDue());
    polled = records.status();
    if (records.ok()) {
      for (Record& record : *records) {
        if (absl::Status taken = Take(std::move(record)); !taken.ok()) polled = std::move(taken);
      }
    }
  }
  if (taken_ > 0 && (IsFull() || UntilDue() == absl::ZeroDuration())) RETURN_IF_ERROR(Flush());
  return polled;
}

absl::Duration ConsumeRecords::UntilDue() {
  const absl::Duration since = timer_.SteadyNow() - last_flush_;
  return std::max(absl::ZeroDuration(), options_.gather - since);
}

absl::Status ConsumeRecords::Take(Record record) {
  const Partition partition{record.topic, record.partition};
  auto at = owned_.find(partition);
  if (at == owned_.end() || at->second.misplaced) return absl::OkStatus();
  Owned& owned = at->second;
  if (record.offset != owned.read_to) {
    RETURN_IF_ERROR(CheckGap(partition, owned, record.offset));
    if (owned.misplaced) return absl::OkStatus();
  }
  Taken taken;
  absl::StatusOr<std::optional<SaleEvent>> event = DecodeRecord(record);
  if (event.ok()) {
    taken.event = *std::move(event);
    if (!taken.event.has_value()) metrics_.ignored.Add();
  } else {
    taken.reason = std::string(event.status().message());
  }
  owned.read_to = record.offset + 1;
  taken.record = std::move(record);
  taken_bytes_ += taken.record.value.size();
  owned.taken.push_back(std::move(taken));
  metrics_.taken.Set(++taken_);
  return absl::OkStatus();
}

// An offset that was not expected. A log may have holes where the broker keeps records of its own; but going back, or
// over records that were dropped, means that our position does not fit the log any more.
absl::Status ConsumeRecords::CheckGap(const Partition& partition, Owned& owned, std::int64_t offset) {
  bool hole = false;
  if (offset > owned.read_to) {
    absl::StatusOr<LogRange> log = source_->Range(partition, kRangeTimeout);
    hole = log.ok() && log->first <= owned.read_to;
  }
  if (hole) return absl::OkStatus();
  base::LogWarning("unexpected_offset",
                   {{"partition", NameOf(partition)}, {"expected", owned.read_to}, {"offset", offset}});
  Forget(owned);
  owned.misplaced = true;
  return absl::OkStatus();
}

absl::Status ConsumeRecords::ReplaceMisplaced() {
  for (auto& [partition, owned] : owned_) {
    if (owned.misplaced) RETURN_IF_ERROR(Replace(partition, owned));
  }
  return absl::OkStatus();
}

absl::Status ConsumeRecords::Replace(const Partition& partition, Owned& owned) {
  ASSIGN_OR_RETURN(const std::int64_t start, FindStart(partition, store_, *source_, metrics_));
  RETURN_IF_ERROR(source_->Seek(partition, start));
  base::LogInfo("partition_placed_anew", {{"partition", NameOf(partition)}, {"next_offset", start}});
  owned = {start, start, false, {}};
  return absl::OkStatus();
}

absl::Status ConsumeRecords::Flush() {
  for (auto& [partition, owned] : owned_) RETURN_IF_ERROR(CountTaken(partition, owned));
  last_flush_ = timer_.SteadyNow();
  return absl::OkStatus();
}

absl::Status ConsumeRecords::CountTaken(const Partition& partition, Owned& owned) {
  std::size_t count = owned.taken.size();
  while (!owned.taken.empty()) {
    count = std::min(count, owned.taken.size());
    absl::Status counted = CountFirst(partition, owned, count);
    if (counted.ok()) {
      count = owned.taken.size();
    } else if (absl::IsFailedPrecondition(counted)) {
      // Somebody else counts this partition: our membership ended without our knowing.
      base::LogWarning("position_moved", {{"partition", NameOf(partition)}, {"error", counted.message()}});
      Forget(owned);
      owned.misplaced = true;
      return absl::OkStatus();
    } else if (absl::IsInvalidArgument(counted) && count > 1) {
      count /= 2;  // One of these is refused for good: find it, so that its neighbours are counted.
    } else if (absl::IsInvalidArgument(counted) && owned.taken[0].event.has_value()) {
      owned.taken[0].event.reset();
      owned.taken[0].reason = absl::StrCat("can't be counted: ", counted.message());
    } else {
      return base::Annotate(counted, NameOf(partition));
    }
  }
  return absl::OkStatus();
}

absl::Status ConsumeRecords::CountFirst(const Partition& partition, Owned& owned, std::size_t count) {
  RETURN_IF_ERROR(Bury(owned, count));
  const Record& last = owned.taken[count - 1].record;
  EventBatch batch{partition, owned.counted_to, last.offset + 1, RecordId(last), {}};
  batch.events.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (owned.taken[i].event.has_value()) batch.events.push_back(*owned.taken[i].event);
  }
  const base::SteadyTime begin = timer_.SteadyNow();
  ASSIGN_OR_RETURN(const Applied applied, store_.Apply(batch));
  base::HitFailpoint("analytics_after_commit");
  Report(owned, count, applied, timer_.SteadyNow() - begin);
  source_->Commit(partition, batch.next_offset);
  owned.counted_to = batch.next_offset;
  Drop(owned, count);
  return absl::OkStatus();
}

// Before the transaction, never within: one that waits for a broker would hold back what the relay may read.
absl::Status ConsumeRecords::Bury(Owned& owned, std::size_t count) {
  std::vector<DeadLetter> letters;
  for (std::size_t i = 0; i < count; ++i) {
    const Taken& taken = owned.taken[i];
    if (!taken.reason.empty() && !taken.buried) letters.push_back({&taken.record, taken.reason});
  }
  if (letters.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(base::Annotate(dead_letters_.Write(letters), "dead letters"));
  for (std::size_t i = 0; i < count; ++i) {
    Taken& taken = owned.taken[i];
    if (taken.reason.empty() || taken.buried) continue;
    taken.buried = true;
    metrics_.dead_letters.Add();
    base::LogWarning("dead_letter", {{"topic", taken.record.topic},
                                     {"partition", taken.record.partition},
                                     {"offset", taken.record.offset},
                                     {"reason", taken.reason}});
  }
  return absl::OkStatus();
}

void ConsumeRecords::Report(const Owned& owned, std::size_t count, const Applied& applied, absl::Duration took) {
  metrics_.accepted.Add(static_cast<double>(applied.accepted));
  metrics_.cancelled.Add(static_cast<double>(applied.cancelled));
  metrics_.repeats.Add(static_cast<double>(applied.repeats));
  metrics_.batch_events.Observe(static_cast<double>(count));
  metrics_.commit.Observe(absl::ToDoubleSeconds(took));
  absl::Time oldest = absl::InfiniteFuture();
  for (std::size_t i = 0; i < count; ++i) {
    const std::optional<SaleEvent>& event = owned.taken[i].event;
    if (event.has_value() && event->kind == SaleEvent::Kind::kAccepted) oldest = std::min(oldest, event->accept_time);
  }
  if (applied.accepted == 0 || oldest == absl::InfiniteFuture()) return;
  metrics_.delay.Observe(std::max(0.0, absl::ToDoubleSeconds(clock_.Now() - oldest)));
}

void ConsumeRecords::Drop(Owned& owned, std::size_t count) {
  const auto end = owned.taken.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto taken = owned.taken.begin(); taken != end; ++taken) taken_bytes_ -= taken->record.value.size();
  owned.taken.erase(owned.taken.begin(), end);
  taken_ -= static_cast<int>(count);
  metrics_.taken.Set(taken_);
}

}  // namespace ordermesh::analytics
