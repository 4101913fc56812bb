// A std::mutex with thread-safety annotations. Not absl::Mutex: the distribution's Abseil is not instrumented, so
// ThreadSanitizer reports its use as races.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"

namespace ordermesh::base {

class ABSL_LOCKABLE Mutex {
 public:
#ifdef ORDERMESH_WITHOUT_MUTEX  // only in the twin of a test, to show that ThreadSanitizer finds what the mutex prevents
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() {}
  void Unlock() ABSL_UNLOCK_FUNCTION() {}
#else
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mu_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mu_.unlock(); }
#endif

  // BasicLockable, for std::condition_variable_any.
  void lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { Lock(); }
  void unlock() ABSL_UNLOCK_FUNCTION() { Unlock(); }

 private:
  std::mutex mu_;
};

class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex& mu) ABSL_EXCLUSIVE_LOCK_FUNCTION(mu) : mu_(mu) { mu_.Lock(); }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mu_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

// A condition variable for Mutex. The caller holds the mutex around every wait.
class CondVar {
 public:
  // Waits until `ready()` or until a stop is asked for. Returns ready().
  template <class Ready>
  bool Wait(Mutex& mu, std::stop_token stop, Ready ready) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    return cv_.wait(mu, std::move(stop), ready);
  }
  // The same, for at most `timeout` of steady time.
  template <class Ready>
  bool WaitFor(Mutex& mu, std::stop_token stop, absl::Duration timeout, Ready ready) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu) {
    // The bound keeps "now + timeout" inside the clock's range when the timeout is infinite.
    return cv_.wait_for(mu, std::move(stop), absl::ToChronoNanoseconds(std::min(timeout, absl::Hours(24 * 365))),
                        ready);
  }
  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

 private:
  std::condition_variable_any cv_;
};

}  // namespace ordermesh::base
