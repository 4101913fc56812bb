// A log in memory and members of its group, for tests. Behaves as Kafka does: the conformance suite runs against both.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "libs/stream/record_source.h"

namespace ordermesh::stream {

// The topic. Not thread-safe.
class FakeLog {
 public:
  struct Log {
    std::int64_t first = 0;
    std::vector<Record> records;  // from `first`
    std::int64_t next() const { return first + static_cast<std::int64_t>(records.size()); }
  };

  // Appends a record; its place is set.
  void Append(const Partition& partition, Record record) {
    Log& log = logs[partition];
    record.topic = partition.topic;
    record.partition = partition.number;
    record.offset = log.next();
    log.records.push_back(std::move(record));
  }
  // Drops what stands before `offset`, as retention does.
  void DropBefore(const Partition& partition, std::int64_t offset) {
    Log& log = logs[partition];
    const auto count = std::min<std::int64_t>(std::max<std::int64_t>(offset - log.first, 0),
                                              static_cast<std::int64_t>(log.records.size()));
    log.records.erase(log.records.begin(), log.records.begin() + count);
    log.first = offset;
  }

  std::map<Partition, Log> logs;
  std::map<Partition, Position> committed;
  bool loses_commits = false;  // as when a member is killed before its commits have left
  absl::Status down;           // what every call answers, unless OK
};

// A member. The test assigns and revokes.
class FakeRecordSource : public RecordSource {
 public:
  FakeRecordSource(FakeLog& log, Callbacks callbacks) : log_(log), callbacks_(std::move(callbacks)) {}
  ~FakeRecordSource() override { Revoke(); }

  // From the next Poll on, these are ours and no others.
  void Assign(std::set<Partition> partitions) {
    Revoke();
    for (const Partition& partition : partitions) positions_[partition] = kNotStarted;
  }
  void Revoke() {
    for (const auto& [partition, offset] : std::exchange(positions_, {})) callbacks_.revoked(partition);
  }

  absl::StatusOr<std::vector<Record>> Poll(int max, absl::Duration) override {
    if (!log_.down.ok()) return log_.down;
    for (auto& [partition, next] : positions_) {
      const FakeLog::Log& log = log_.logs[partition];
      // The log no longer holds it: the caller is asked again.
      if (next != kNotStarted && next >= log.first && next <= log.next()) continue;
      absl::StatusOr<std::int64_t> start = callbacks_.start(partition);
      if (!start.ok()) return start.status();
      next = *start;
    }
    std::vector<Record> records;
    for (auto& [partition, next] : positions_) {
      const FakeLog::Log& log = log_.logs[partition];
      for (; next < log.next() && static_cast<int>(records.size()) < max; ++next) {
        records.push_back(log.records[static_cast<std::size_t>(next - log.first)]);
      }
    }
    return records;
  }
  // The next record is left out on its way to us, though the log holds it.
  void SkipOne(const Partition& partition) { ++positions_[partition]; }
  absl::StatusOr<Record> ReadAt(const Partition& partition, std::int64_t offset, absl::Duration) override {
    if (!log_.down.ok()) return log_.down;
    const FakeLog::Log& log = log_.logs[partition];
    if (offset < log.first || offset >= log.next()) return absl::NotFoundError("not in the log");
    const Record& record = log.records[static_cast<std::size_t>(offset - log.first)];
    if (record.offset != offset) return absl::NotFoundError("a hole in the log");
    return record;
  }
  absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration) override {
    if (!log_.down.ok()) return log_.down;
    const FakeLog::Log& log = log_.logs[partition];
    return LogRange{log.first, log.next()};
  }
  absl::Status Seek(const Partition& partition, std::int64_t offset) override {
    auto at = positions_.find(partition);
    if (at == positions_.end()) return absl::FailedPreconditionError("not assigned");
    at->second = offset;
    return absl::OkStatus();
  }
  void Commit(const Partition& partition, const Position& position) override {
    if (!log_.loses_commits) log_.committed[partition] = position;
  }
  absl::StatusOr<std::optional<Position>> Committed(const Partition& partition, absl::Duration) override {
    if (!log_.down.ok()) return log_.down;
    auto at = log_.committed.find(partition);
    if (at == log_.committed.end()) return std::nullopt;
    return at->second;
  }

 private:
  static constexpr std::int64_t kNotStarted = -1;
  FakeLog& log_;
  Callbacks callbacks_;
  std::map<Partition, std::int64_t> positions_;
};

}  // namespace ordermesh::stream
