// Batcher: gathers items and flushes them together, the one place where gathering and flushing is decided.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <iterator>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"

namespace ordermesh::aio {

struct BatchLimits {
  std::size_t max_items = 64;
  // Of the items that the batcher weighs; one that weighs more by itself leaves alone.
  std::size_t max_bytes = std::numeric_limits<std::size_t>::max();
  // Of the oldest item, while a flush is under way and another may start.
  absl::Duration max_wait = absl::Milliseconds(2);
  int max_in_flight = 1;  // flushes at once
  // Between the starts of two flushes, unless a full batch has gathered. For a flush that costs much and ends soon:
  // under load it takes what has come in that time; after a pause an item still leaves at once.
  absl::Duration spacing = absl::ZeroDuration();
};

// Lives on one lane; not thread-safe. An item leaves at once when no flush is under way and the last one started
// `spacing` ago; otherwise with up to `max_items` and `max_bytes`, when so much has gathered, when the oldest has
// waited `max_wait`, or when all flushes have ended; never more than `max_in_flight` flushes at once. `flush` must not
// fail: it answers its items itself. The batcher must outlive its flushes: idle() says that none is under way.
template <class Item>
class Batcher {
 public:
  using Flush = std::function<Task<void>(std::vector<Item>)>;
  using Weigh = std::function<std::size_t(const Item&)>;

  // `weigh`: an item's bytes; without it none has any.
  Batcher(Lane& lane, BatchLimits limits, Flush flush, Weigh weigh = nullptr)
      : lane_(lane), limits_(limits), flush_(std::move(flush)), weigh_(std::move(weigh)) {}
  ~Batcher() {
    if (timer_.has_value()) lane_.Cancel(*timer_);
  }
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  void Add(Item item) {
    Gather(std::move(item), lane_.timer().SteadyNow());
    MaybeFlush();
  }

  // Several that come together leave together, as far as the limits let them.
  void AddAll(std::vector<Item> items) {
    const base::SteadyTime now = lane_.timer().SteadyNow();
    for (Item& item : items) Gather(std::move(item), now);
    MaybeFlush();
  }

  std::size_t gathered() const { return gathered_.size(); }
  int in_flight() const { return in_flight_; }
  bool idle() const { return gathered_.empty() && in_flight_ == 0; }

 private:
  struct Arrival {
    base::SteadyTime time;
    std::size_t bytes;
  };

  void Gather(Item item, base::SteadyTime now) {
    const std::size_t bytes = weigh_ ? weigh_(item) : 0;
    gathered_.push_back(std::move(item));
    arrived_.push_back({now, bytes});
    bytes_ += bytes;
  }
  bool Full() const { return gathered_.size() >= limits_.max_items || bytes_ >= limits_.max_bytes; }
  void MaybeFlush() {
    while (!gathered_.empty() && in_flight_ < limits_.max_in_flight) {
      const base::SteadyTime now = lane_.timer().SteadyNow();
      const base::SteadyTime due = Due();
      if (now < due && !Full()) return Arm(due);
      last_start_ = now;
      Spawn(RunFlush(TakeBatch()));
    }
  }
  // When what has gathered leaves though it is few.
  base::SteadyTime Due() const {
    const base::SteadyTime spaced = last_start_ + limits_.spacing;
    return in_flight_ == 0 ? spaced : std::max(spaced, arrived_.front().time + limits_.max_wait);
  }
  std::vector<Item> TakeBatch() {
    std::ptrdiff_t count = 0;
    std::size_t bytes = 0;
    for (const Arrival& arrival : arrived_) {
      if (static_cast<std::size_t>(count) == limits_.max_items) break;
      if (count > 0 && arrival.bytes > limits_.max_bytes - std::min(bytes, limits_.max_bytes)) break;
      bytes += arrival.bytes;
      ++count;
    }
    bytes_ -= bytes;
    arrived_.erase(arrived_.begin(), arrived_.begin() + count);
    if (arrived_.empty()) return std::exchange(gathered_, {});
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
  const Weigh weigh_;
  std::vector<Item> gathered_;
  std::vector<Arrival> arrived_;  // of each that has gathered
  std::size_t bytes_ = 0;         // of all of them
  int in_flight_ = 0;
  base::SteadyTime last_start_ = base::SteadyTime::InfinitePast();
  std::optional<Lane::TimerId> timer_;
  base::SteadyTime timer_due_;  // while there is a timer
};

}  // namespace ordermesh::aio
