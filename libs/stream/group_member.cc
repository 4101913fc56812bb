#include "libs/stream/group_member.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/stream/record_id.h"

namespace ordermesh::stream {
namespace {

constexpr absl::Duration kLookTimeout = absl::Seconds(5);

}  // namespace

GroupMember::GroupMember(ConsumeOptions options, AnySink& sink, DeadLetters& dead_letters,
                         const ConsumerMetrics& metrics, base::Timer& timer)
    : options_(std::move(options)), sink_(sink), dead_letters_(dead_letters), metrics_(metrics), timer_(timer) {}

GroupMember::~GroupMember() { Close(); }

absl::Status GroupMember::Open(const OpenRecordSource& open) {
  Close();
  RecordSource::Callbacks callbacks;
  callbacks.start = [this](const Partition& partition) -> absl::StatusOr<std::int64_t> {
    ASSIGN_OR_RETURN(const std::int64_t start, Place(partition));
    metrics_.assigned.Set(static_cast<double>(owned_.size()));
    base::LogInfo("partition_assigned", {{"partition", NameOf(partition)}, {"next_offset", start}});
    return start;
  };
  callbacks.revoked = [this](const Partition& partition) { Revoked(partition); };
  ASSIGN_OR_RETURN(source_, open(std::move(callbacks)));
  return absl::OkStatus();
}

void GroupMember::Close() {
  source_.reset();
  for (auto& [partition, owned] : owned_) Drop(owned, owned.taken.size());
  owned_.clear();
  metrics_.assigned.Set(0);
}

absl::StatusOr<std::int64_t> GroupMember::Place(const Partition& partition) {
  // Asked again without a revoke when the log was cut off: what was taken of it is taken anew.
  if (auto at = owned_.find(partition); at != owned_.end()) Drop(at->second, at->second.taken.size());
  ASSIGN_OR_RETURN(const Start start, FindStart(partition, sink_, *source_, metrics_, options_.when_lost));
  owned_[partition] = {start.position, start.position.next_offset, false, {}};
  return start.position.next_offset;
}

void GroupMember::Revoked(const Partition& partition) {
  auto at = owned_.find(partition);
  if (at == owned_.end()) return;
  base::LogInfo("partition_revoked",
                {{"partition", NameOf(partition)}, {"next_offset", at->second.applied.next_offset}});
  Drop(at->second, at->second.taken.size());
  owned_.erase(at);
  metrics_.assigned.Set(static_cast<double>(owned_.size()));
}

absl::Status GroupMember::Step() {
  RETURN_IF_ERROR(OfSource(ReplaceMisplaced()));
  absl::Status polled;
  if (!IsFull()) polled = OfSource(Poll());
  if (taken_ > 0 && (IsFull() || UntilDue() == absl::ZeroDuration())) RETURN_IF_ERROR(Flush());
  return polled;
}

absl::Status GroupMember::OfSource(absl::Status status) {
  if (absl::IsNotFound(status) || absl::IsFailedPrecondition(status)) {
    metrics_.restarts.Add();
    Close();
  }
  return status;
}

absl::Status GroupMember::Poll() {
  ASSIGN_OR_RETURN(std::vector<Record> records,
                   source_->Poll(options_.max_records - taken_, taken_ == 0 ? options_.idle_poll : UntilDue()));
  for (Record& record : records) Take(std::move(record));
  return absl::OkStatus();
}

absl::Duration GroupMember::UntilDue() {
  const absl::Duration since = timer_.SteadyNow() - last_flush_;
  return std::max(absl::ZeroDuration(), options_.gather - since);
}

void GroupMember::Take(Record record) {
  const Partition partition{record.topic, record.partition};
  auto at = owned_.find(partition);
  if (at == owned_.end()) return;
  Owned& owned = at->second;
  if (!owned.misplaced && record.offset != owned.read_to) CheckGap(partition, owned, record.offset);
  if (owned.misplaced) return;
  Taken taken;
  absl::StatusOr<AnySink::AnyItem> item = sink_.DecodeAny(record);
  if (item.ok()) {
    taken.item = *std::move(item);
  } else {
    taken.reason = std::string(item.status().message());
  }
  owned.read_to = record.offset + 1;
  taken.record = std::move(record);
  taken_bytes_ += taken.record.value.size();
  owned.taken.push_back(std::move(taken));
  metrics_.taken.Set(++taken_);
}

// An offset that was not expected. A log may have holes where the broker keeps records of its own; but going back, or
// over records that were dropped, means that our position does not fit the log any more; and a record that the log does
// hold was left out on its way to us.
void GroupMember::CheckGap(const Partition& partition, Owned& owned, std::int64_t offset) {
  if (offset > owned.read_to) {
    absl::StatusOr<LogRange> log = source_->Range(partition, kLookTimeout);
    if (log.ok() && log->first <= owned.read_to &&
        absl::IsNotFound(source_->ReadAt(partition, owned.read_to, kLookTimeout).status())) {
      return;
    }
  }
  base::LogWarning("unexpected_offset",
                   {{"partition", NameOf(partition)}, {"expected", owned.read_to}, {"offset", offset}});
  Misplace(owned);
}

void GroupMember::Misplace(Owned& owned) {
  Drop(owned, owned.taken.size());
  owned.misplaced = true;
}

absl::Status GroupMember::ReplaceMisplaced() {
  for (auto& [partition, owned] : owned_) {
    if (!owned.misplaced) continue;
    ASSIGN_OR_RETURN(const std::int64_t start, Place(partition));
    if (absl::Status sought = source_->Seek(partition, start); !sought.ok()) {
      owned.misplaced = true;
      return sought;
    }
    base::LogInfo("partition_placed_anew", {{"partition", NameOf(partition)}, {"next_offset", start}});
  }
  return absl::OkStatus();
}

absl::Status GroupMember::Flush() {
  for (auto& [partition, owned] : owned_) RETURN_IF_ERROR(ApplyTaken(partition, owned));
  last_flush_ = timer_.SteadyNow();
  return absl::OkStatus();
}

absl::Status GroupMember::ApplyTaken(const Partition& partition, Owned& owned) {
  std::size_t count = owned.taken.size();
  while (!owned.taken.empty()) {
    count = std::min(count, owned.taken.size());
    absl::Status applied = ApplyFirst(partition, owned, count);
    if (applied.ok()) {
      count = owned.taken.size();
    } else if (absl::IsFailedPrecondition(applied)) {
      // Somebody else applies this partition: our membership ended without our knowing.
      base::LogWarning("position_moved", {{"partition", NameOf(partition)}, {"error", applied.message()}});
      Misplace(owned);
      return absl::OkStatus();
    } else if (absl::IsInvalidArgument(applied) && count > 1) {
      count /= 2;  // One of these is refused for good: find it, so that its neighbours are applied.
    } else if (absl::IsInvalidArgument(applied) && owned.taken[0].item != nullptr) {
      owned.taken[0].item.reset();
      owned.taken[0].reason = std::string(applied.message());
    } else {
      return base::Annotate(applied, NameOf(partition));
    }
  }
  return absl::OkStatus();
}

absl::Status GroupMember::ApplyFirst(const Partition& partition, Owned& owned, std::size_t count) {
  RETURN_IF_ERROR(Bury(owned, count));
  const Record& last = owned.taken[count - 1].record;
  const Batch batch{partition, owned.applied.next_offset, last.offset + 1, RecordId(last)};
  std::vector<AnySink::AnyItem> items;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (owned.taken[i].item != nullptr) items.push_back(owned.taken[i].item);
  }
  const base::SteadyTime begin = timer_.SteadyNow();
  RETURN_IF_ERROR(sink_.ApplyAny(batch, items));
  metrics_.batch_records.Observe(static_cast<double>(count));
  metrics_.commit.Observe(absl::ToDoubleSeconds(timer_.SteadyNow() - begin));
  owned.applied.next_offset = batch.next_offset;
  owned.applied.last_record = batch.last_record;
  source_->Commit(partition, owned.applied);
  Drop(owned, count);
  return absl::OkStatus();
}

// Before the effect, never within: a transaction that waits for a broker would hold back what the relay may read.
absl::Status GroupMember::Bury(Owned& owned, std::size_t count) {
  std::vector<DeadLetter> letters;
  for (std::size_t i = 0; i < count; ++i) {
    const Taken& taken = owned.taken[i];
    if (!taken.reason.empty() && !taken.buried) letters.push_back({&taken.record, taken.reason});
  }
  if (letters.empty()) return absl::OkStatus();
  // Any other code would be taken for the sink's.
  if (absl::Status written = dead_letters_.Write(letters); !written.ok()) {
    return absl::UnavailableError(absl::StrCat("dead letters: ", written.message()));
  }
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

void GroupMember::Drop(Owned& owned, std::size_t count) {
  const auto end = owned.taken.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto taken = owned.taken.begin(); taken != end; ++taken) taken_bytes_ -= taken->record.value.size();
  owned.taken.erase(owned.taken.begin(), end);
  taken_ -= static_cast<int>(count);
  metrics_.taken.Set(taken_);
}

}  // namespace ordermesh::stream
