#include "services/relay/app/batch.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace ordermesh::relay {

Batch::Batch(std::vector<Event> events) : events_(std::move(events)), arrived_(events_.size(), false) {}

const std::vector<const Event*>& Batch::NextWave() {
  wave_.clear();
  wave_events_.clear();
  absl::flat_hash_set<absl::string_view> subjects;
  subjects.reserve(events_.size() - arrived_prefix_);
  for (std::size_t i = arrived_prefix_; i < events_.size(); ++i) {
    if (arrived_[i] || !subjects.insert(events_[i].subject).second) continue;
    wave_.push_back(i);
    wave_events_.push_back(&events_[i]);
  }
  return wave_events_;
}

void Batch::Settle(const Sink::Report& report) {
  for (std::size_t i = 0; i < wave_.size(); ++i) {
    const Sink::Confirm outcome = report.confirms[i];
    arrived_[wave_[i]] = outcome == Sink::Confirm::kDelivered || outcome == Sink::Confirm::kRefused;
  }
  while (arrived_prefix_ < events_.size() && arrived_[arrived_prefix_]) ++arrived_prefix_;
}

}  // namespace ordermesh::relay
