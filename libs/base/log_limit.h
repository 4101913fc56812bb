// Keeps log lines about what others do, a call or a message, and about what stays broken, from filling the disk.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/steady_time.h"

namespace ordermesh::base {

// What goes on failing is logged the first time, the second, the fourth, the eighth … `failures` counts from 1.
inline bool LogsFailure(int failures) { return (failures & (failures - 1)) == 0; }

// The failures of one thing in a row. Belongs to one thread.
class FailureRow {
 public:
  // One more; returns whether it is to be logged.
  bool Add() { return LogsFailure(++count_); }
  // It works again; returns how often it had failed.
  int End() { return std::exchange(count_, 0); }
  int count() const { return count_; }

 private:
  int count_ = 0;
};

// Failures of many callers, told apart by their cause, which has few values. Of what fails again and again a line is
// written as LogsFailure says, also when some of it works in between; what has not failed for a minute begins anew.
// Thread-safe.
class FailureLog {
 public:
  // One more; returns its number, from 1, when it is to be logged, 0 when not.
  int Add(absl::string_view cause, SteadyTime now) {
    MutexLock lock(mu_);
    Row& row = rows_[std::string(cause)];
    if (now - row.last > absl::Minutes(1)) row.count = 0;
    row.last = now;
    return LogsFailure(++row.count) ? row.count : 0;
  }

 private:
  struct Row {
    int count = 0;
    SteadyTime last;
  };

  Mutex mu_;
  std::map<std::string, Row> rows_ ABSL_GUARDED_BY(mu_);
};

// So many lines a second about one thing. Thread-safe.
class LogLimit {
 public:
  explicit LogLimit(int lines_per_second) : most_(lines_per_second) {}

  // How many lines were left out since the last one that was written, for the line that may be written now; nothing
  // when this one is left out too.
  std::optional<std::int64_t> Next(SteadyTime now) {
    MutexLock lock(mu_);
    if (now - window_ >= absl::Seconds(1)) {
      window_ = now;
      lines_ = 0;
    }
    if (lines_ >= most_) {
      ++suppressed_;
      return std::nullopt;
    }
    ++lines_;
    return std::exchange(suppressed_, 0);
  }

 private:
  const int most_;
  Mutex mu_;
  SteadyTime window_ ABSL_GUARDED_BY(mu_) = SteadyTime::InfinitePast();
  int lines_ ABSL_GUARDED_BY(mu_) = 0;
  std::int64_t suppressed_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace ordermesh::base
