// Batcher: gathers items and flushes them together, the one place where gathering and flushing is decided.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"

namespace ordermesh::aio {

struct BatchLimits {
  std::size_t max_items = 64;
  // Of the oldest item, while a flush is under way and another may start.
  absl::Duration max_wait = absl::Milliseconds(2);
  int max_in_flight = 1;  // flushes at once
  // Between the starts of two flushes, unless `max_items` have gathered. For a flush that costs much and ends soon:
  // under load it takes what has come in that time; after a pause an item still leaves at once.
  absl::Duration spacing = absl::ZeroDuration();
};

// Lives on one lane; not thread-safe. An item leaves at once when no flush is under way and the last one started
// `spacing` ago; otherwise with up to `max_items`, when that many have gathered, when the oldest has waited `max_wait`,
// or when all flushes have ended; never more than `max_in_flight` flushes at once. `flush` must not fail: it answers
// its items itself. The batcher must outlive its flushes: idle() says that none is under way.
template <class Item>
class Batcher {
 public:
  using Flush = std::function<Task<void>(std::vector<Item>)>;

  Batcher(Lane& lane, BatchLimits limits, Flush flush) : lane_(lane), limits_(limits), flush_(std::move(flush)) {}
  ~Batcher() {
    if (timer_.has_value()) lane_.Cancel(*timer_);
  }
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  void Add(Item item) {
    gathered_.push_back(std::move(item));
    arrived_.push_back(lane_.timer().SteadyNow());
    MaybeFlush();
  }

  // Several that come together leave together, as far as `max_items` lets them.
  void AddAll(std::vector<Item> items) {
    arrived_.insert(arrived_.end(), items.size(), lane_.timer().SteadyNow());
    gathered_.insert(gathered_.end(), std::make_move_iterator(items.begin()), std::make_move_iterator(items.end()));
    MaybeFlush();
  }

  std::size_t gathered() const { return gathered_.size(); }
  int in_flight() const { return in_flight_; }
  bool idle() const { return gathered_.empty() && in_flight_ == 0; }

 private:
  void MaybeFlush() {
    while (!gathered_.empty() && in_flight_ < limits_.max_in_flight) {
      const base::SteadyTime now = lane_.timer().SteadyNow();
      const base::SteadyTime due = Due();
      if (now < due && gathered_.size() < limits_.max_items) return Arm(due);
      last_start_ = now;
      Spawn(RunFlush(TakeBatch()));
    }
  }
  // When what has gathered leaves though it is few.
  base::SteadyTime Due() const {
    const base::SteadyTime spaced = last_start_ + limits_.spacing;
    return in_flight_ == 0 ? spaced : std::max(spaced, arrived_.front() + limits_.max_wait);
  }
  std::vector<Item> TakeBatch() {
    const auto count = static_cast<std::ptrdiff_t>(std::min(gathered_.size(), limits_.max_items));
    arrived_.erase(arrived_.begin(), arrived_.begin() + count);
    if (gathered_.size() <= limits_.max_items) return std::exchange(gathered_, {});
    const auto end = gathered_.begin() + count;
    std::vector<Item> batch(std::make_move_iterator(gathered_.begin()), std::make_move_iterator(end));
    gathered_.erase(gathered_.begin(), end);
    return batch;
  }
  Task<void> RunFlush(std::vector<Item> batch) {
    ++in_flight_;
    auto flush = flush_(std::move(batch));
    co_await flush;
    --in_flight_;
    MaybeFlush();
  }
  void Arm(base::SteadyTime due) {
    if (timer_.has_value() && timer_due_ <= due) return;
    if (timer_.has_value()) lane_.Cancel(*timer_);
    timer_due_ = due;
    timer_ = lane_.At(due, [this] {
      timer_.reset();
      MaybeFlush();
    });
  }

  Lane& lane_;
  const BatchLimits limits_;
  const Flush flush_;
  std::vector<Item> gathered_;
  std::vector<base::SteadyTime> arrived_;  // of each that has gathered
  int in_flight_ = 0;
  base::SteadyTime last_start_ = base::SteadyTime::InfinitePast();
  std::optional<Lane::TimerId> timer_;
  base::SteadyTime timer_due_;  // while there is a timer
};

}  // namespace ordermesh::aio
