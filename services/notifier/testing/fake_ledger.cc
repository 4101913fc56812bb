#include "services/notifier/testing/fake_ledger.h"

#include <algorithm>
#include <utility>

namespace ordermesh::notifier {

void FakeLedgerRows::SetContact(const base::Uuid& order_id, std::string contact) {
  base::MutexLock lock(mu_);
  contacts_[order_id] = std::move(contact);
}

void FakeLedgerRows::SetWantsUpdates(const base::Uuid& order_id, bool wants) {
  base::MutexLock lock(mu_);
  wants_updates_[order_id] = wants;
}

void FakeLedgerRows::FailNext(absl::Status status, int times) {
  base::MutexLock lock(mu_);
  failure_ = std::move(status);
  failures_left_ = times;
}

void FakeLedgerRows::RefuseEvent(const base::Uuid& event_id) {
  base::MutexLock lock(mu_);
  refused_[event_id] = true;
}

std::vector<FakeLedgerRows::Row> FakeLedgerRows::rows() {
  base::MutexLock lock(mu_);
  std::vector<Row> rows;
  for (const auto& [id, row] : rows_) rows.push_back(row);
  return rows;
}

int FakeLedgerRows::CountLocked(State state) {
  return static_cast<int>(
      std::count_if(rows_.begin(), rows_.end(), [state](const auto& row) { return row.second.state == state; }));
}

int FakeLedgerRows::CountIn(State state) {
  base::MutexLock lock(mu_);
  return CountLocked(state);
}

int FakeLedgerRows::CountLeased() {
  base::MutexLock lock(mu_);
  int leased = 0;
  for (const auto& [id, row] : rows_) leased += row.state == State::kPending && row.leased_until > clock_.Now();
  return leased;
}

bool FakeLedgerRows::WaitForCount(State state, int count) {
  base::MutexLock lock(mu_);
  return changed_.WaitFor(mu_, {}, absl::Seconds(10),
                          [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return CountLocked(state) == count; });
}

absl::Status FakeLedgerRows::Failure() {
  if (failures_left_ == 0) return absl::OkStatus();
  --failures_left_;
  return failure_;
}

bool FakeLedgerRows::TurnHasCome(const Row& row, bool may_skip_gap) {
  const Event& event = row.notification.event;
  if (event.order_version == 1) return true;
  bool before_entered = false;
  for (const auto& [id, other] : rows_) {
    const Event& earlier = other.notification.event;
    if (earlier.order_id != event.order_id || other.notification.channel != row.notification.channel) continue;
    if (earlier.order_version < event.order_version && other.state == State::kPending) return false;
    if (earlier.order_version == event.order_version - 1) before_entered = true;
  }
  return before_entered || (may_skip_gap && row.notification.created_at <= clock_.Now() - options_.gap_wait);
}

std::string FakeLedgerRows::ContactOf(const Row& row) {
  if (row.notification.channel != Channel::kEmail) return "";
  auto contact = contacts_.find(row.notification.event.order_id);
  return contact == contacts_.end() ? "" : contact->second;
}

bool FakeLedgerRows::WantsUpdates(const Row& row) {
  const Event& event = row.notification.event;
  if (row.notification.channel != Channel::kEmail || event.order_version == 1) return false;
  const auto wants = wants_updates_.find(event.order_id);
  return wants != wants_updates_.end() && wants->second;
}

ClaimedNotification FakeLedgerRows::Claim(Row& row) {
  ++row.notification.claim;
  ++row.notification.attempt;
  row.leased_until = clock_.Now() + options_.lease;
  ClaimedNotification claimed = row.notification;
  claimed.contact = ContactOf(row);
  claimed.wants_updates = WantsUpdates(row);
  claimed.lease_end = timer_.SteadyNow() + options_.lease;
  return claimed;
}

absl::StatusOr<Entered> FakeLedger::Enter(absl::Span<const NewNotification> notifications) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  for (const NewNotification& n : notifications) {
    if (rows_.refused_.contains(n.event->id)) return absl::InvalidArgumentError("refused by the test");
    if (n.event->order_version < 1) return absl::InvalidArgumentError("order_version is less than 1");
  }
  Entered entered;
  std::map<base::Uuid, FakeLedgerRows::Row> added;  // apart: turns are judged by what was there before this call
  for (const NewNotification& n : notifications) {
    const base::Uuid id = NotificationId(n.event->id, n.channel, RecipientOf(n.channel));
    if (rows_.rows_.contains(id) || added.contains(id)) continue;
    FakeLedgerRows::Row row;
    row.notification.id = id;
    row.notification.channel = n.channel;
    row.notification.event = *n.event;
    row.notification.created_at = rows_.clock_.Now();
    if (n.claim && rows_.TurnHasCome(row, /*may_skip_gap=*/false)) {
      entered.claimed.push_back(rows_.Claim(row));
    } else {
      row.next_attempt = rows_.clock_.Now();
    }
    if (!n.keep_payload) row.notification.event.payload.clear();
    added.emplace(id, std::move(row));
  }
  entered.inserted = static_cast<int>(added.size());
  rows_.rows_.merge(added);
  rows_.changed_.NotifyAll();
  return entered;
}

absl::StatusOr<std::vector<ClaimedNotification>> FakeLedger::ClaimDue(Channel channel, int limit) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  std::vector<FakeLedgerRows::Row*> due;
  const absl::Time now = rows_.clock_.Now();
  for (auto& [id, row] : rows_.rows_) {
    if (row.notification.channel == channel && row.state == State::kPending && row.next_attempt <= now &&
        rows_.TurnHasCome(row, /*may_skip_gap=*/true)) {
      due.push_back(&row);
    }
  }
  std::stable_sort(due.begin(), due.end(), [](auto* a, auto* b) { return a->next_attempt < b->next_attempt; });
  if (static_cast<int>(due.size()) > limit) due.resize(limit);
  std::vector<ClaimedNotification> claimed;
  for (FakeLedgerRows::Row* row : due) {
    claimed.push_back(rows_.Claim(*row));
    row->next_attempt = row->leased_until;
  }
  rows_.changed_.NotifyAll();
  return claimed;
}

absl::StatusOr<int> FakeLedger::MarkAll(absl::Span<const Mark> marks) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  int late = 0;
  for (const Mark& mark : marks) {
    auto it = rows_.rows_.find(mark.id);
    if (it == rows_.rows_.end() || it->second.notification.claim != mark.claim || it->second.state != State::kPending) {
      ++late;
      continue;
    }
    FakeLedgerRows::Row& row = it->second;
    row.state = mark.state;
    if (!mark.counts && row.leased_until != absl::InfinitePast()) --row.notification.attempt;
    row.leased_until = absl::InfinitePast();
    row.next_attempt = mark.state == State::kPending ? rows_.clock_.Now() + mark.retry_after : absl::InfiniteFuture();
    if (mark.state == State::kSent) {
      row.sent = rows_.clock_.Now();
    } else {
      row.last_error = mark.error;
      row.failed = rows_.clock_.Now();
    }
  }
  rows_.changed_.NotifyAll();
  return late;
}

absl::Status FakeLedger::Release(absl::Span<const ClaimedNotification> notifications) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  for (const ClaimedNotification& notification : notifications) {
    auto it = rows_.rows_.find(notification.id);
    if (it == rows_.rows_.end() || it->second.notification.claim != notification.claim ||
        it->second.state != State::kPending) {
      continue;
    }
    --it->second.notification.attempt;
    it->second.next_attempt = rows_.clock_.Now();
    it->second.leased_until = absl::InfinitePast();
  }
  rows_.changed_.NotifyAll();
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> FakeLedger::ExpireDue(Channel channel, absl::Duration age, int limit) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  std::vector<FakeLedgerRows::Row*> old;  // before any is given up: that may be what another waits for
  const absl::Time now = rows_.clock_.Now();
  for (auto& [id, row] : rows_.rows_) {
    if (static_cast<int>(old.size()) < limit && row.notification.channel == channel && row.state == State::kPending &&
        row.next_attempt <= now && row.notification.created_at < now - age &&
        rows_.TurnHasCome(row, /*may_skip_gap=*/true)) {
      old.push_back(&row);
    }
  }
  for (FakeLedgerRows::Row* row : old) {
    row->state = State::kFailed;
    row->last_error = "unreachable";
    row->failed = now;
    row->next_attempt = absl::InfiniteFuture();
    row->leased_until = absl::InfinitePast();
  }
  rows_.changed_.NotifyAll();
  return static_cast<std::int64_t>(old.size());
}

absl::StatusOr<int> FakeLedger::RescueOrphans() {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  int rescued = 0;
  for (auto& [id, row] : rows_.rows_) {
    if (row.state != State::kPending || row.next_attempt != absl::InfiniteFuture() ||
        row.leased_until >= rows_.clock_.Now()) {
      continue;
    }
    row.next_attempt = rows_.clock_.Now();
    row.leased_until = absl::InfinitePast();
    ++rescued;
  }
  return rescued;
}

absl::StatusOr<std::vector<Backlog>> FakeLedger::Due() {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  const absl::Time now = rows_.clock_.Now();
  std::map<Channel, Backlog> due;
  for (auto& [id, row] : rows_.rows_) {
    if (row.next_attempt > now || !rows_.TurnHasCome(row, /*may_skip_gap=*/true)) continue;
    Backlog& backlog = due[row.notification.channel];
    backlog.channel = row.notification.channel;
    ++backlog.due;
    backlog.oldest = std::max(backlog.oldest, now - row.next_attempt);
  }
  std::vector<Backlog> sorted;
  for (auto& [channel, backlog] : due) sorted.push_back(backlog);
  return sorted;
}

absl::StatusOr<std::int64_t> FakeLedger::Prune(absl::Duration age, int limit) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  std::vector<std::pair<absl::Time, base::Uuid>> old;
  for (auto& [id, row] : rows_.rows_) {
    if (row.state != State::kPending && row.notification.created_at < rows_.clock_.Now() - age) {
      old.emplace_back(row.notification.created_at, id);
    }
  }
  std::sort(old.begin(), old.end());
  if (static_cast<int>(old.size()) > limit) old.resize(limit);
  for (auto& [created, id] : old) rows_.rows_.erase(id);
  return static_cast<std::int64_t>(old.size());
}

}  // namespace ordermesh::notifier
