// A queue in memory, for tests.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "services/notifier/delivery_source.h"

namespace ordermesh::notifier {

// Gives each message until it is settled; what is requeued, or unsettled when the connection is lost, comes again
// marked so. Thread-safe.
class FakeSource : public DeliverySource {
 public:
  void Publish(std::string body) { Add(std::move(body), false); }
  void PublishAgain(std::string body) { Add(std::move(body), true); }
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
  std::vector<std::string> acked() { return Copy(acked_); }
  std::vector<std::string> refused() { return Copy(refused_); }
  std::vector<std::string> requeued() { return Copy(requeued_); }
  int opened() { return Read(opened_); }
  int rebound() { return Read(rebound_); }
  int ticks() { return Read(ticks_); }

  absl::Status Open() override {
    base::MutexLock lock(mu_);
    if (open_failures_ > 0) {
      --open_failures_;
      return open_failure_;
    }
    ++opened_;
    return absl::OkStatus();
  }
  absl::Status Rebind() override {
    base::MutexLock lock(mu_);
    ++rebound_;
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Receive(int max, absl::Duration) override {
    base::MutexLock lock(mu_);
    std::vector<rabbitmq::Delivery> received;
    while (!waiting_.empty() && static_cast<int>(received.size()) < max) {
      rabbitmq::Delivery delivery;
      delivery.tag = ++last_tag_;
      delivery.message.body = waiting_.front().first;
      delivery.redelivered = waiting_.front().second;
      waiting_.pop_front();
      unsettled_[delivery.tag] = delivery.message.body;
      received.push_back(std::move(delivery));
    }
    return received;
  }
  absl::Status Ack(std::uint64_t tag, bool multiple) override {
    base::MutexLock lock(mu_);
    if (std::exchange(lose_at_ack_, false)) {
      for (auto it = unsettled_.rbegin(); it != unsettled_.rend(); ++it) waiting_.emplace_front(it->second, true);
      unsettled_.clear();
      return absl::UnavailableError("connection lost");
    }
    for (auto it = unsettled_.begin(); it != unsettled_.end() && it->first <= tag;) {
      if (!multiple && it->first != tag) {
        ++it;
        continue;
      }
      acked_.push_back(it->second);
      it = unsettled_.erase(it);
    }
    return absl::OkStatus();
  }
  absl::Status Reject(std::uint64_t tag, bool requeue) override {
    base::MutexLock lock(mu_);
    const std::string body = unsettled_.at(tag);
    unsettled_.erase(tag);
    (requeue ? requeued_ : refused_).push_back(body);
    if (requeue) waiting_.emplace_back(body, true);
    return absl::OkStatus();
  }
  absl::Status Tick() override {
    base::MutexLock lock(mu_);
    ++ticks_;
    return absl::OkStatus();
  }

 private:
  void Add(std::string body, bool again) {
    base::MutexLock lock(mu_);
    waiting_.emplace_back(std::move(body), again);
  }
  std::vector<std::string> Copy(const std::vector<std::string>& list) {
    base::MutexLock lock(mu_);
    return list;
  }
  int Read(const int& number) {
    base::MutexLock lock(mu_);
    return number;
  }

  base::Mutex mu_;
  std::deque<std::pair<std::string, bool>> waiting_;
  std::map<std::uint64_t, std::string> unsettled_;
  std::vector<std::string> acked_, refused_, requeued_;
  std::uint64_t last_tag_ = 0;
  bool lose_at_ack_ = false;
  absl::Status open_failure_;
  int open_failures_ = 0, opened_ = 0, rebound_ = 0, ticks_ = 0;
};

}  // namespace ordermesh::notifier
