// Batcher: gathers items and flushes them together, the one place where gathering and flushing is decided.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"

namespace ordermesh::aio {

struct BatchLimits {
  std::size_t max_items = 64;
  absl::Duration max_wait =
      absl::Milliseconds(2);  // of the oldest item, while a flush is under way and another may start
  int max_in_flight = 1;      // flushes at once
};

// Lives on one lane; not thread-safe. An item leaves at once when no flush is under way; otherwise with up to
// `max_items`, when that many have gathered, when the oldest has waited `max_wait`, or when all flushes have ended;
// never more than `max_in_flight` flushes at once. `flush` must not fail: it answers its items itself. The batcher must
// outlive its flushes: idle() says that none is under way.
template <class Item>
class Batcher {
 public:
  using Flush = std::function<Task<void>(std::vector<Item>)>;

  Batcher(Lane& lane, BatchLimits limits, Flush flush) : lane_(lane), limits_(limits), flush_(std::move(flush)) {}

  void Add(Item item) {
    if (gathered_.empty()) oldest_ = lane_.clock().Now();
    gathered_.push_back(std::move(item));
    MaybeFlush();
  }

  std::size_t gathered() const { return gathered_.size(); }
  int in_flight() const { return in_flight_; }
  bool idle() const { return gathered_.empty() && in_flight_ == 0; }

 private:
  void MaybeFlush() {
    while (!gathered_.empty() && in_flight_ < limits_.max_in_flight) {
      const bool due =
          in_flight_ == 0 || gathered_.size() >= limits_.max_items || lane_.clock().Now() >= oldest_ + limits_.max_wait;
      if (!due) return Arm();
      Spawn(RunFlush(TakeBatch()));
    }
  }
  std::vector<Item> TakeBatch() {
    if (gathered_.size() <= limits_.max_items) return std::exchange(gathered_, {});
    auto end = gathered_.begin() + static_cast<std::ptrdiff_t>(limits_.max_items);
    std::vector<Item> batch(std::make_move_iterator(gathered_.begin()), std::make_move_iterator(end));
    gathered_.erase(gathered_.begin(), end);
    oldest_ = lane_.clock().Now();
    return batch;
  }
  Task<void> RunFlush(std::vector<Item> batch) {
    ++in_flight_;
    auto flush = flush_(std::move(batch));
    co_await flush;
    --in_flight_;
    MaybeFlush();
  }
  void Arm() {
    if (armed_) return;
    armed_ = true;
    lane_.At(oldest_ + limits_.max_wait, [this] {
      armed_ = false;
      MaybeFlush();
    });
  }

  Lane& lane_;
  const BatchLimits limits_;
  const Flush flush_;
  std::vector<Item> gathered_;
  absl::Time oldest_;
  int in_flight_ = 0;
  bool armed_ = false;
};

}  // namespace ordermesh::aio
