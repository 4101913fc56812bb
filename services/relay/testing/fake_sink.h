// A broker in memory that fails as it is told.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "libs/base/mutex.h"
#include "services/relay/app/sink.h"

namespace ordermesh::relay {

// Thread-safe.
class FakeSink : public Sink {
 public:
  Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) override {
    base::MutexLock lock(mu_);
    ++publishes_;
    changed_.NotifyAll();
    changed_.WaitFor(mu_, {}, timeout, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !held_; });
    Report report;
    report.confirms.assign(events.size(), Confirm::kUnknown);
    report.reasons.resize(events.size());
    if (down_) {
      report.status = absl::UnavailableError("broker down");
      return report;
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
      const base::Uuid id = events[i]->id;
      if (refused_.count(id) > 0) {
        report.confirms[i] = Confirm::kRefused;
        report.reasons[i] = "too large";
      } else if (unroutable_.count(id) > 0) {
        report.confirms[i] = Confirm::kUnroutable;
      } else {
        got_.push_back(*events[i]);
        // The broker has it, but its confirm is lost.
        report.confirms[i] = unconfirmed_.erase(id) > 0 ? Confirm::kUnknown : Confirm::kDelivered;
        if (report.confirms[i] == Confirm::kUnknown) report.status = absl::DeadlineExceededError("no confirm");
      }
    }
    changed_.NotifyAll();
    return report;
  }
  void Idle() override {}

  void SetDown(bool down) {
    base::MutexLock lock(mu_);
    down_ = down;
  }
  // Publishing waits until it is let go.
  void Hold(bool held) {
    base::MutexLock lock(mu_);
    held_ = held;
    changed_.NotifyAll();
  }
  void Refuse(const base::Uuid& id) {
    base::MutexLock lock(mu_);
    refused_.insert(id);
  }
  void SetUnroutable(const base::Uuid& id, bool unroutable) {
    base::MutexLock lock(mu_);
    if (unroutable) {
      unroutable_.insert(id);
    } else {
      unroutable_.erase(id);
    }
  }
  void LoseConfirmOnce(const base::Uuid& id) {
    base::MutexLock lock(mu_);
    unconfirmed_.insert(id);
  }

  std::vector<Event> got() const {
    base::MutexLock lock(mu_);
    return got_;
  }
  int publishes() const {
    base::MutexLock lock(mu_);
    return publishes_;
  }
  // Returns when `done(got)`; false after ten seconds.
  template <class Done>
  bool WaitFor(Done done) {
    base::MutexLock lock(mu_);
    return changed_.WaitFor(mu_, {}, absl::Seconds(10),
                            [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return done(got_, publishes_); });
  }

 private:
  mutable base::Mutex mu_;
  base::CondVar changed_;
  std::vector<Event> got_ ABSL_GUARDED_BY(mu_);
  std::set<base::Uuid> refused_ ABSL_GUARDED_BY(mu_), unroutable_ ABSL_GUARDED_BY(mu_),
      unconfirmed_ ABSL_GUARDED_BY(mu_);
  int publishes_ ABSL_GUARDED_BY(mu_) = 0;
  bool down_ ABSL_GUARDED_BY(mu_) = false, held_ ABSL_GUARDED_BY(mu_) = false;
};

}  // namespace ordermesh::relay
