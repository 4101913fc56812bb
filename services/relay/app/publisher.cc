#include "services/relay/app/publisher.h"

#include <utility>

namespace ordermesh::relay {

Publisher::Publisher(Sink& sink, absl::Duration timeout)
    : sink_(sink), timeout_(timeout), thread_([this](std::stop_token stop) { Run(stop); }) {}

Publisher::~Publisher() { Finish(); }

void Publisher::Start(std::vector<const Event*> wave) {
  base::MutexLock lock(mu_);
  wave_ = std::move(wave);
  report_.reset();
  under_way_ = true;
  changed_.NotifyAll();
}

std::optional<Sink::Report> Publisher::Wait(absl::Duration patience) {
  base::MutexLock lock(mu_);
  changed_.WaitFor(mu_, {}, patience, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return report_.has_value(); });
  return std::exchange(report_, std::nullopt);
}

void Publisher::Finish() {
  base::MutexLock lock(mu_);
  changed_.Wait(mu_, {}, [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return !under_way_; });
  report_.reset();
}

void Publisher::Run(std::stop_token stop) {
  for (;;) {
    std::optional<std::vector<const Event*>> wave;
    {
      base::MutexLock lock(mu_);
      changed_.WaitFor(mu_, stop, absl::Seconds(1),
                       [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return wave_.has_value(); });
      if (!wave_.has_value() && stop.stop_requested()) return;
      wave = std::exchange(wave_, std::nullopt);
    }
    if (!wave.has_value()) {
      sink_.Idle();
      continue;
    }
    Sink::Report report = sink_.Publish(*wave, timeout_);
    base::MutexLock lock(mu_);
    report_ = std::move(report);
    under_way_ = false;
    changed_.NotifyAll();
  }
}

}  // namespace ordermesh::relay
