#include "services/notifier/app/breaker.h"

namespace ordermesh::notifier {

Breaker::Breaker(base::BackoffPolicy probes, base::Timer& timer, base::Random& random, base::Gauge state)
    : probes_(probes), timer_(timer), random_(random), gauge_(state) {
  gauge_.Set(static_cast<int>(State::kClosed));
}

Breaker::Pass Breaker::Admit() {
  base::MutexLock lock(mu_);
  if (state_ == State::kClosed) return Pass::kFree;
  if (!ProbeDueLocked()) return Pass::kRefused;
  SetLocked(State::kProbing);
  return Pass::kProbe;
}

bool Breaker::WouldAdmit() {
  base::MutexLock lock(mu_);
  return state_ == State::kClosed || ProbeDueLocked();
}

bool Breaker::closed() {
  base::MutexLock lock(mu_);
  return state_ == State::kClosed;
}

int Breaker::Report(Pass pass, bool reached) {
  base::MutexLock lock(mu_);
  if (reached) {
    SetLocked(State::kClosed);
    failures_ = 0;
  } else if (state_ == State::kClosed || pass == Pass::kProbe) {
    SetLocked(State::kOpen);
    next_probe_ = timer_.SteadyNow() + base::BackoffDelay(probes_, ++failures_, random_);
  }  // Otherwise it had begun before another opened it, and tells nothing new.
  return failures_;
}

void Breaker::Cancel(Pass pass) {
  base::MutexLock lock(mu_);
  if (pass == Pass::kProbe && state_ == State::kProbing) SetLocked(State::kOpen);
}

bool Breaker::ProbeDueLocked() { return state_ == State::kOpen && timer_.SteadyNow() >= next_probe_; }

void Breaker::SetLocked(State state) {
  state_ = state;
  gauge_.Set(static_cast<int>(state));
}

}  // namespace ordermesh::notifier
