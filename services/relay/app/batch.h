// A batch of events on its way to a sink: what goes next, and what has arrived.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "services/relay/app/event.h"
#include "services/relay/app/sink.h"

namespace ordermesh::relay {

// Keeps the order within each subject: of one order, say, at most one event is under way, and the next only goes when
// the one before has arrived. Pure; belongs to one thread.
class Batch {
 public:
  explicit Batch(std::vector<Event> events);

  // Of each subject the first event that hasn't arrived; valid as long as the batch. Empty when all have.
  const std::vector<const Event*>& NextWave();
  // What became of the wave. Those delivered or refused have arrived.
  void Settle(const Sink::Report& report);

  // All have arrived.
  bool done() const { return arrived_prefix_ == events_.size(); }
  // Up to here all have arrived; `before` when not even the first has.
  Position Reached(Position before) const { return arrived_prefix_ == 0 ? before : events_[arrived_prefix_ - 1].at; }
  Position last() const { return events_.back().at; }
  std::size_t size() const { return events_.size(); }

 private:
  const std::vector<Event> events_;
  std::vector<bool> arrived_;
  std::size_t arrived_prefix_ = 0;
  std::vector<std::size_t> wave_;
  std::vector<const Event*> wave_events_;
};

}  // namespace ordermesh::relay
