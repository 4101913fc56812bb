// A ledger in memory, for tests. Behaves as the real one does: the conformance suite runs against both.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/base/timer.h"
#include "services/notifier/app/ledger.h"

namespace ordermesh::notifier {

// The rows that ledgers share as they would share a database; `clock` is the database's. Thread-safe.
class FakeLedgerRows {
 public:
  FakeLedgerRows(base::Clock& clock, base::Timer& timer, LedgerOptions options = {})
      : clock_(clock), timer_(timer), options_(options) {}

  struct Row {
    ClaimedNotification notification;
    State state = State::kPending;
    absl::Time next_attempt = absl::InfiniteFuture();  // infinite: not in the schedule
    absl::Time leased_until = absl::InfinitePast();
    absl::Time sent, failed;
    std::string last_error;
  };

  void SetContact(const base::Uuid& order_id, std::string contact);
  // Of the order's customer, who wants none at first.
  void SetWantsUpdates(const base::Uuid& order_id, bool wants);
  // The next `times` calls of any ledger fail with `status` and do nothing.
  void FailNext(absl::Status status, int times = 1);
  // Enter refuses whatever is about this event, as the database refuses data.
  void RefuseEvent(const base::Uuid& event_id);
  std::vector<Row> rows();
  int CountIn(State state);
  // Claimed, and neither marked nor given back, with a lease that has not run out.
  int CountLeased();
  // Waits until `count` rows are in `state`, for at most ten seconds. Returns whether they are.
  bool WaitForCount(State state, int count);

 private:
  friend class FakeLedger;
  friend class FakeResends;
  absl::Status Failure() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool TurnHasCome(const Row& row, bool may_skip_gap) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  ClaimedNotification Claim(Row& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  std::string ContactOf(const Row& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  bool WantsUpdates(const Row& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  int CountLocked(State state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  base::Clock& clock_;
  base::Timer& timer_;
  const LedgerOptions options_;
  base::Mutex mu_;
  base::CondVar changed_;
  std::map<base::Uuid, Row> rows_ ABSL_GUARDED_BY(mu_);
  std::map<base::Uuid, std::string> contacts_ ABSL_GUARDED_BY(mu_);
  std::map<base::Uuid, bool> refused_ ABSL_GUARDED_BY(mu_);
  std::map<base::Uuid, bool> wants_updates_ ABSL_GUARDED_BY(mu_);  // by order
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  int failures_left_ ABSL_GUARDED_BY(mu_) = 0;
};

// `rows` must outlive it.
class FakeLedger : public Ledger {
 public:
  explicit FakeLedger(FakeLedgerRows& rows) : rows_(rows) {}

  absl::StatusOr<Entered> Enter(absl::Span<const NewNotification> notifications) override;
  absl::StatusOr<std::vector<ClaimedNotification>> ClaimDue(Channel channel, int limit) override;
  absl::StatusOr<int> MarkAll(absl::Span<const Mark> marks) override;
  absl::Status Release(absl::Span<const ClaimedNotification> notifications) override;
  absl::StatusOr<std::int64_t> ExpireDue(Channel channel, absl::Duration age, int limit) override;
  absl::StatusOr<int> RescueOrphans() override;
  absl::StatusOr<std::vector<Backlog>> Due() override;
  absl::StatusOr<std::int64_t> Prune(absl::Duration age, int limit) override;

 private:
  FakeLedgerRows& rows_;
};

}  // namespace ordermesh::notifier
