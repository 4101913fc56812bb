// A queue in memory, for tests.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "libs/stream/message_queue.h"

namespace ordermesh::stream {

// Gives each message until it is settled, at most as many at a time as were asked for; what is requeued, or unsettled
// when the connection is lost, is counted and comes again before the others, or is buried when it came too often.
// Thread-safe.
class FakeQueue : public MessageQueue {
 public:
  explicit FakeQueue(int delivery_limit = std::numeric_limits<int>::max()) : delivery_limit_(delivery_limit) {}

  void Publish(std::string body) { Add(std::move(body), 0); }
  void PublishAgain(std::string body) { Add(std::move(body), 1); }
  void LoseConnectionAtNextAck() {
    base::MutexLock lock(mu_);
    lose_at_ack_ = true;
  }
  void FailToOpen(absl::Status status, int times) {
    base::MutexLock lock(mu_);
    open_failure_ = std::move(status);
    open_failures_ = times;
  }

  bool Settled() {
    base::MutexLock lock(mu_);
    return waiting_.empty() && unsettled_.empty();
  }
  // Sent to the consumer, received or not.
  std::size_t unsettled() {
    base::MutexLock lock(mu_);
    return unsettled_.size();
  }
  std::vector<std::string> acked() { return Copy(acked_); }
  std::vector<std::string> rejected() { return Copy(rejected_); }
  std::vector<std::string> requeued() { return Copy(requeued_); }
  std::vector<std::string> buried() { return Copy(buried_); }
  int opened() { return Read(opened_); }
  int rebound() { return Read(rebound_); }
  int ticks() { return Read(ticks_); }

  absl::Status Open() override {
    base::MutexLock lock(mu_);
    if (open_failures_ > 0) {
      --open_failures_;
      return open_failure_;
    }
    Lose();
    ++opened_;
    return absl::OkStatus();
  }
  absl::Status Consume(int prefetch) override {
    base::MutexLock lock(mu_);
    prefetch_ = static_cast<std::size_t>(prefetch);
    before_ = last_tag_;
    Send();
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Pause() override {
    base::MutexLock lock(mu_);
    prefetch_ = 0;
    return Take(inbox_.size());
  }
  absl::Status Rebind() override {
    base::MutexLock lock(mu_);
    ++rebound_;
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Receive(int max, absl::Duration) override {
    base::MutexLock lock(mu_);
    Send();
    return Take(static_cast<std::size_t>(max));
  }
  absl::Status Ack(std::uint64_t tag, bool multiple) override {
    base::MutexLock lock(mu_);
    if (std::exchange(lose_at_ack_, false)) Lose();
    if (unsettled_.count(tag) == 0) return absl::UnavailableError("connection lost");
    for (auto it = multiple ? unsettled_.begin() : unsettled_.find(tag); it != unsettled_.end() && it->first <= tag;) {
      acked_.push_back(it->second.body);
      it = unsettled_.erase(it);
    }
    Send();
    return absl::OkStatus();
  }
  absl::Status Reject(std::uint64_t tag, bool requeue) override {
    base::MutexLock lock(mu_);
    const auto message = unsettled_.find(tag);
    if (message == unsettled_.end()) return absl::UnavailableError("connection lost");
    (requeue ? requeued_ : rejected_).push_back(message->second.body);
    if (requeue) GiveBack(std::move(message->second));
    unsettled_.erase(message);
    Send();
    return absl::OkStatus();
  }
  absl::Status Tick() override {
    base::MutexLock lock(mu_);
    ++ticks_;
    return absl::OkStatus();
  }

 private:
  struct Message {
    std::string body;
    int count;  // deliveries that failed
  };

  void Add(std::string body, int count) {
    base::MutexLock lock(mu_);
    waiting_.push_back({std::move(body), count});
  }
  void Send() {
    const auto mine = unsettled_.upper_bound(before_);
    auto asked = static_cast<std::size_t>(std::distance(mine, unsettled_.end()));
    for (; !waiting_.empty() && asked < prefetch_; ++asked) {
      rabbitmq::Delivery delivery;
      delivery.tag = ++last_tag_;
      delivery.message.body = waiting_.front().body;
      delivery.delivery_count = waiting_.front().count;
      delivery.redelivered = delivery.delivery_count > 0;
      unsettled_[delivery.tag] = std::move(waiting_.front());
      waiting_.pop_front();
      inbox_.push_back(std::move(delivery));
    }
  }
  std::vector<rabbitmq::Delivery> Take(std::size_t max) {
    const auto end = inbox_.begin() + static_cast<std::ptrdiff_t>(std::min(max, inbox_.size()));
    std::vector<rabbitmq::Delivery> taken(std::make_move_iterator(inbox_.begin()), std::make_move_iterator(end));
    inbox_.erase(inbox_.begin(), end);
    return taken;
  }
  void GiveBack(Message message) {
    if (++message.count > delivery_limit_) {
      buried_.push_back(std::move(message.body));
    } else {
      waiting_.push_front(std::move(message));
    }
  }
  void Lose() {
    for (auto it = unsettled_.rbegin(); it != unsettled_.rend(); ++it) GiveBack(std::move(it->second));
    unsettled_.clear();
    inbox_.clear();
    prefetch_ = 0;
  }
  std::vector<std::string> Copy(const std::vector<std::string>& list) {
    base::MutexLock lock(mu_);
    return list;
  }
  int Read(const int& number) {
    base::MutexLock lock(mu_);
    return number;
  }

  const int delivery_limit_;
  base::Mutex mu_;
  std::deque<Message> waiting_;
  std::map<std::uint64_t, Message> unsettled_;
  std::deque<rabbitmq::Delivery> inbox_;  // sent, not received
  std::size_t prefetch_ = 0;
  std::uint64_t before_ = 0;  // the last tag before Consume: what came until then does not count for its prefetch
  std::vector<std::string> acked_, rejected_, requeued_, buried_;
  std::uint64_t last_tag_ = 0;
  bool lose_at_ack_ = false;
  absl::Status open_failure_;
  int open_failures_ = 0, opened_ = 0, rebound_ = 0, ticks_ = 0;
};

}  // namespace ordermesh::stream
