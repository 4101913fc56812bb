#include "services/notifier/testing/fake_resends.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"

namespace ordermesh::notifier {

absl::StatusOr<Resend> FakeResends::Start(const base::Uuid& id, absl::string_view request_id,
                                          const ResendFilter& filter) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  for (const Job& job : jobs_) {
    if (job.request_id != request_id) continue;
    if (job.resend.filter != filter) return absl::AlreadyExistsError("another filter");
    return job.resend;
  }
  jobs_.push_back({.request_id = std::string(request_id),
                   .resend = {.id = id, .filter = filter, .created_at = rows_.clock_.Now()}});
  return jobs_.back().resend;
}

absl::StatusOr<Resend> FakeResends::Get(const base::Uuid& id) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  for (const Job& job : jobs_) {
    if (job.resend.id == id) return job.resend;
  }
  return absl::NotFoundError("unknown");
}

absl::StatusOr<bool> FakeResends::Advance(int limit) {
  base::MutexLock lock(rows_.mu_);
  if (absl::Status failure = rows_.Failure(); !failure.ok()) return failure;
  const auto open = std::find_if(jobs_.begin(), jobs_.end(), [](const Job& job) { return !job.resend.done_at; });
  if (open == jobs_.end()) return false;
  Resend& resend = open->resend;
  const ResendFilter& filter = resend.filter;

  std::map<Position, FakeLedgerRows::Row*> slice;
  for (auto& [id, row] : rows_.rows_) {
    const Position at = {row.notification.created_at, id};
    if (at > open->after && at.first < resend.created_at) slice.emplace(at, &row);
  }
  const bool more = static_cast<int>(slice.size()) > limit;
  int left = limit;
  for (auto& [at, row] : slice) {
    if (left-- == 0) break;
    open->after = at;
    const bool sent = row->state == State::kSent;
    const absl::Time ended = sent ? row->sent : row->failed;
    if (row->state == State::kPending || (sent && !filter.even_if_sent) || ended >= resend.created_at ||
        ended < filter.failed_from || ended >= filter.failed_before ||
        !absl::StrContains(row->last_error, filter.error_contains) ||
        (!sent && row->last_error == "unwanted" && filter.error_contains.empty())) {
      continue;
    }
    if (!resend.counted) {
      ++resend.matched;
      continue;
    }
    ++resend.scheduled;
    row->state = State::kPending;
    row->notification.attempt = 0;
    row->next_attempt = rows_.clock_.Now();
    row->leased_until = absl::InfinitePast();
  }
  if (!more) {
    if (resend.counted) resend.done_at = rows_.clock_.Now();
    resend.counted = true;
    open->after = {absl::InfinitePast(), base::Uuid()};
  }
  rows_.changed_.NotifyAll();
  return true;
}

}  // namespace ordermesh::notifier
