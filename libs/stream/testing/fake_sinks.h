// Sinks in memory, one of each kind, for tests. What they make of a record is its value; but of a value that begins
// with
//   "ignore"   they make nothing: it needs no effect
//   "garbage"  Decode says that it can't be understood
//   "poison"   Apply says that it is refused for good
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/base/status.h"
#include "libs/stream/partition_sink.h"

namespace ordermesh::stream {

// The memory that sinks share as they would share a database. Thread-safe.
class FakeStore {
 public:
  // The next `times` calls of any sink fail with `status`: before they did anything, or after they did it all.
  enum class When { kBefore, kAfter };
  void FailNext(absl::Status status, int times = 1, When when = When::kBefore) {
    base::MutexLock lock(mu_);
    failure_ = std::move(status);
    failures_left_ = times;
    fail_when_ = when;
  }
  // Every effect, in order.
  std::vector<std::string> effects() {
    base::MutexLock lock(mu_);
    return effects_;
  }
  // Likewise, with what had had its effect before and came again.
  std::vector<std::string> writes() {
    base::MutexLock lock(mu_);
    return writes_;
  }

 private:
  friend class FakeTransactionalSink;
  friend class FakeIdempotentSink;
  absl::Status Failure(When when) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    if (failures_left_ == 0 || when != fail_when_) return absl::OkStatus();
    --failures_left_;
    return failure_;
  }
  absl::Status Write(const std::vector<const std::string*>& items) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    for (const std::string* item : items) {
      if (absl::StartsWith(*item, "poison")) return absl::InvalidArgumentError(absl::StrCat("refused: ", *item));
    }
    for (const std::string* item : items) writes_.push_back(*item);
    return absl::OkStatus();
  }
  static absl::StatusOr<std::optional<std::string>> Decode(const Record& record) {
    if (absl::StartsWith(record.value, "ignore")) return std::nullopt;
    if (absl::StartsWith(record.value, "garbage")) return absl::InvalidArgumentError("it is garbage");
    return record.value;
  }

  base::Mutex mu_;
  std::map<Partition, Position> positions_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> effects_ ABSL_GUARDED_BY(mu_), writes_ ABSL_GUARDED_BY(mu_);
  absl::Status failure_ ABSL_GUARDED_BY(mu_);
  When fail_when_ ABSL_GUARDED_BY(mu_) = When::kBefore;
  int failures_left_ ABSL_GUARDED_BY(mu_) = 0;
};

// `store` must outlive it.
class FakeTransactionalSink : public TransactionalSink<std::string> {
 public:
  explicit FakeTransactionalSink(FakeStore& store) : store_(store) {}

  absl::StatusOr<std::optional<Position>> Load(const Partition& partition) override {
    base::MutexLock lock(store_.mu_);
    RETURN_IF_ERROR(store_.Failure(FakeStore::When::kBefore));
    return store_.positions_[partition];
  }
  absl::Status Move(const Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) override {
    base::MutexLock lock(store_.mu_);
    RETURN_IF_ERROR(store_.Failure(FakeStore::When::kBefore));
    auto at = store_.positions_.find(partition);
    if (at == store_.positions_.end() || at->second.next_offset != from) return Elsewhere();
    at->second = {to, base::Uuid(), at->second.lost_records + lost};
    return store_.Failure(FakeStore::When::kAfter);
  }
  absl::StatusOr<std::optional<std::string>> Decode(const Record& record) override { return FakeStore::Decode(record); }
  absl::Status Apply(const Batch& batch, const std::vector<const std::string*>& items) override {
    base::MutexLock lock(store_.mu_);
    RETURN_IF_ERROR(store_.Failure(FakeStore::When::kBefore));
    auto at = store_.positions_.find(batch.partition);
    if (at == store_.positions_.end() || at->second.next_offset != batch.first_offset) return Elsewhere();
    RETURN_IF_ERROR(store_.Write(items));
    for (const std::string* item : items) store_.effects_.push_back(*item);
    at->second = {batch.next_offset, batch.last_record, at->second.lost_records};
    return store_.Failure(FakeStore::When::kAfter);
  }

 private:
  static absl::Status Elsewhere() { return absl::FailedPreconditionError("the partition stands elsewhere"); }
  FakeStore& store_;
};

// A record with the value of an earlier one is that one again. `store` must outlive it.
class FakeIdempotentSink : public IdempotentSink<std::string> {
 public:
  explicit FakeIdempotentSink(FakeStore& store) : store_(store) {}

  absl::StatusOr<std::optional<std::string>> Decode(const Record& record) override { return FakeStore::Decode(record); }
  absl::Status Write(const std::vector<const std::string*>& items) override {
    base::MutexLock lock(store_.mu_);
    RETURN_IF_ERROR(store_.Failure(FakeStore::When::kBefore));
    RETURN_IF_ERROR(store_.Write(items));
    std::vector<std::string>& had = store_.effects_;
    for (const std::string* item : items) {
      if (std::find(had.begin(), had.end(), *item) == had.end()) had.push_back(*item);
    }
    return store_.Failure(FakeStore::When::kAfter);
  }

 private:
  FakeStore& store_;
};

}  // namespace ordermesh::stream
