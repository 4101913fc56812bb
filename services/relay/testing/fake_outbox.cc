#include "services/relay/testing/fake_outbox.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::relay {

std::uint64_t FakeDatabase::Begin() {
  base::MutexLock lock(mu_);
  open_.insert(next_xid_);
  return next_xid_++;
}

void FakeDatabase::Insert(std::uint64_t xid, Event event) {
  base::MutexLock lock(mu_);
  event.at = {xid, next_position_++};
  rows_[event.at] = {std::move(event), open_.count(xid) == 0};
}

void FakeDatabase::Commit(std::uint64_t xid) {
  base::MutexLock lock(mu_);
  open_.erase(xid);
  for (auto& [at, row] : rows_) row.committed = row.committed || at.xid == xid;
}

void FakeDatabase::Append(Event event) {
  const std::uint64_t xid = Begin();
  Insert(xid, std::move(event));
  Commit(xid);
}

void FakeDatabase::SetNextXid(std::uint64_t xid) {
  base::MutexLock lock(mu_);
  next_xid_ = xid;
}

void FakeDatabase::SetSystem(std::int64_t system) {
  base::MutexLock lock(mu_);
  system_ = system;
}

void FakeDatabase::EndSession(const std::string& sink) {
  base::MutexLock lock(mu_);
  locks_.erase(sink);
}

void FakeDatabase::SetDown(bool down) {
  base::MutexLock lock(mu_);
  down_ = down;
  if (down) locks_.clear();
}

Position FakeDatabase::cursor(const std::string& sink) const {
  base::MutexLock lock(mu_);
  auto found = cursors_.find(sink);
  return found == cursors_.end() ? Position() : found->second.at;
}

std::vector<std::pair<base::Uuid, std::string>> FakeDatabase::dead(const std::string& sink) const {
  base::MutexLock lock(mu_);
  auto found = dead_.find(sink);
  if (found == dead_.end()) return {};
  return {found->second.begin(), found->second.end()};
}

int FakeDatabase::heartbeats() const {
  base::MutexLock lock(mu_);
  return heartbeats_;
}

absl::Status FakeOutbox::Check() const {
  if (database_.down_) return absl::UnavailableError("database down");
  auto lock = database_.locks_.find(sink_);
  if (lock == database_.locks_.end() || lock->second != this) return absl::AbortedError("no longer the active one");
  return absl::OkStatus();
}

absl::StatusOr<bool> FakeOutbox::TryLock() {
  base::MutexLock lock(database_.mu_);
  if (database_.down_) return absl::UnavailableError("database down");
  return database_.locks_.try_emplace(sink_, this).first->second == this;
}

void FakeOutbox::Release() {
  base::MutexLock lock(database_.mu_);
  auto held = database_.locks_.find(sink_);
  if (held != database_.locks_.end() && held->second == this) database_.locks_.erase(held);
}

absl::StatusOr<Position> FakeOutbox::LoadCursor() {
  base::MutexLock lock(database_.mu_);
  RETURN_IF_ERROR(Check());
  const FakeDatabase::Cursor& cursor =
      database_.cursors_.try_emplace(sink_, FakeDatabase::Cursor{{}, database_.system_}).first->second;
  if (cursor.system != database_.system_) return absl::FailedPreconditionError("another database system");
  const bool event_ahead = !database_.rows_.empty() && database_.rows_.rbegin()->first.xid >= database_.next_xid_;
  if (event_ahead || cursor.at.xid >= database_.next_xid_)
    return absl::FailedPreconditionError("ahead of the database");
  return cursor.at;
}

absl::StatusOr<std::vector<Event>> FakeOutbox::Read(Position after, const ReadLimits& limits) {
  base::MutexLock lock(database_.mu_);
  RETURN_IF_ERROR(Check());
  const std::uint64_t xmin = database_.open_.empty() ? database_.next_xid_ : *database_.open_.begin();
  std::vector<Event> events;
  for (auto row = database_.rows_.upper_bound(after); row != database_.rows_.end(); ++row) {
    if (row->first.xid >= xmin || IsFull(events, limits)) break;
    if (row->second.committed) events.push_back(row->second.event);
  }
  return events;
}

absl::Status FakeOutbox::Advance(Position from, Position to) {
  base::MutexLock lock(database_.mu_);
  RETURN_IF_ERROR(Check());
  FakeDatabase::Cursor& cursor = database_.cursors_[sink_];
  if (cursor.at != from) return absl::AbortedError("the cursor stands elsewhere");
  cursor.at = to;
  return absl::OkStatus();
}

absl::Status FakeOutbox::Bury(const Event& event, const std::string& reason) {
  base::MutexLock lock(database_.mu_);
  RETURN_IF_ERROR(Check());
  database_.dead_[sink_].try_emplace(event.id, reason);
  return absl::OkStatus();
}

absl::Status FakeOutbox::Heartbeat() {
  base::MutexLock lock(database_.mu_);
  RETURN_IF_ERROR(Check());
  ++database_.heartbeats_;
  return absl::OkStatus();
}

}  // namespace ordermesh::relay
