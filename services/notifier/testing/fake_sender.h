// The outside world of a channel, for tests.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "libs/base/mutex.h"
#include "services/notifier/app/sender.h"

namespace ordermesh::notifier {

// Thread-safe.
class FakeOutside {
 public:
  // From now on each attempt ends so.
  void Answer(SendResult result) {
    base::MutexLock lock(mu_);
    result_ = std::move(result);
  }
  // Called in each attempt, behind the count and before its end. Set before anything is sent.
  void OnSend(std::function<void(const ClaimedNotification&)> hook) { hook_ = std::move(hook); }

  int attempts() const {
    base::MutexLock lock(mu_);
    return attempts_;
  }
  // The events of what was accepted, in that order.
  std::vector<base::Uuid> sent() const {
    base::MutexLock lock(mu_);
    return sent_;
  }

 private:
  friend class FakeSender;
  mutable base::Mutex mu_;
  std::function<void(const ClaimedNotification&)> hook_;
  SendResult result_ ABSL_GUARDED_BY(mu_);
  int attempts_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<base::Uuid> sent_ ABSL_GUARDED_BY(mu_);
};

// `outside` must outlive it.
class FakeSender : public Sender {
 public:
  explicit FakeSender(FakeOutside& outside) : outside_(outside) {}

  SendResult Send(const ClaimedNotification& notification) override {
    {
      base::MutexLock lock(outside_.mu_);
      ++outside_.attempts_;
    }
    if (outside_.hook_) outside_.hook_(notification);
    base::MutexLock lock(outside_.mu_);
    if (outside_.result_.kind == SendResult::Kind::kSent) outside_.sent_.push_back(notification.event.id);
    return outside_.result_;
  }

 private:
  FakeOutside& outside_;
};

}  // namespace ordermesh::notifier
