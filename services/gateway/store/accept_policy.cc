#include "services/gateway/store/accept_policy.h"

#include <stop_token>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/base/log.h"
#include "libs/postgres/connection.h"
#include "libs/postgres/failure.h"
#include "services/gateway/store/database_status.h"

namespace ordermesh::gateway {
namespace {

using base::StoreTrouble;

// What one order of a batch brought with it, so that the others fare better without it.
bool IsOfTheData(StoreTrouble trouble) {
  return trouble == StoreTrouble::kUnstorable || trouble == StoreTrouble::kConstraint;
}

}  // namespace

std::vector<absl::StatusOr<Accepted>> AcceptPolicy::Run(AcceptAttempt& attempt, std::vector<Acceptance> batch) const {
  const base::Deadline deadline = base::Deadline::In(options_.give_up_after, timer_);
  std::vector<Decision> decisions = Decide(attempt, absl::MakeSpan(batch), LockWait::kBriefly, false, deadline);

  std::vector<absl::StatusOr<Accepted>> results;
  results.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    Acceptance& asked = batch[i];
    Decision& decision = decisions[i];
    if (!decision.refused.ok()) {
      results.push_back(std::move(decision.refused));
    } else if (!decision.earlier.has_value()) {
      results.push_back(Accepted{{std::move(asked.order), std::move(asked.fingerprint)}, false});
    } else {
      // With our id it is what an attempt of this batch stored before its connection was lost.
      const bool earlier = decision.earlier->order.id != asked.order.id;
      results.push_back(Accepted{*std::move(decision.earlier), earlier});
    }
  }
  return results;
}

std::vector<Decision> AcceptPolicy::Decide(AcceptAttempt& attempt, absl::Span<Acceptance> batch, LockWait wait,
                                           bool unknown, base::Deadline deadline) const {
  for (int failures = 1;; ++failures) {
    absl::StatusOr<std::vector<Decision>> decided = attempt.Try(batch, wait);
    if (decided.ok()) return *std::move(decided);
    const absl::Status& status = decided.status();
    if (attempt.OutcomeUnknown()) {
      metrics_.unknown_outcomes.Add();
      unknown = true;
    }
    const StoreTrouble trouble = postgres::FailureOf(status).trouble;
    LogFailure(status, batch.size(), unknown);
    if (IsOfTheData(trouble) && batch.size() > 1) {
      metrics_.one_by_one_data.Add();
      return OneByOne(attempt, batch, wait, unknown, deadline);
    }
    // With an unknown outcome it is most likely the lost session that still holds the keys: wait for it.
    if (trouble == StoreTrouble::kLocked && batch.size() > 1 && !unknown) {
      metrics_.one_by_one_locked.Add();
      return OneByOne(attempt, batch, LockWait::kNot, unknown, deadline);
    }

    const bool first_loss = trouble == StoreTrouble::kUnreachable && failures == 1;
    const bool again = trouble == StoreTrouble::kConflict || first_loss || (unknown && !IsOfTheData(trouble));
    if (!again || deadline.Expired(timer_)) {
      if (!unknown) return Refuse(batch.size(), ToRefusal(status, "stock"));
      metrics_.unresolved_outcomes.Add(static_cast<double>(batch.size()));
      return Refuse(batch.size(), api::OutcomeUnknown("database", absl::StatusCodeToString(status.code())));
    }
    (trouble == StoreTrouble::kConflict ? metrics_.retries_deadlock : metrics_.retries_connection).Add();
    if (trouble != StoreTrouble::kConflict && !first_loss) {
      timer_.SleepFor(std::min(base::BackoffDelay(options_.backoff, failures, random_), deadline.Remaining(timer_)),
                      std::stop_token());
    }
  }
}

void AcceptPolicy::LogFailure(const absl::Status& status, std::size_t orders, bool unknown) const {
  const std::string state = postgres::SqlState(status);
  const int failures = failures_.Add(state, timer_.SteadyNow());
  if (failures == 0) return;
  base::LogWarning("accept_failed", {{"orders", orders},
                                     {"failures", failures},
                                     {"outcome_unknown", unknown},
                                     {"sqlstate", state},
                                     {"error", status.message()}});
}

std::vector<Decision> AcceptPolicy::OneByOne(AcceptAttempt& attempt, absl::Span<Acceptance> batch, LockWait wait,
                                             bool unknown, base::Deadline deadline) const {
  std::vector<Decision> decisions;
  decisions.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    decisions.push_back(std::move(Decide(attempt, batch.subspan(i, 1), wait, unknown, deadline).front()));
  }
  return decisions;
}

std::vector<Decision> AcceptPolicy::Refuse(std::size_t orders, const absl::Status& status) const {
  return std::vector<Decision>(orders, Decision{status, std::nullopt});
}

}  // namespace ordermesh::gateway
