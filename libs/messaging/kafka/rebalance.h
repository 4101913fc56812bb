// Which partitions a consumer has and where each goes on: the bookkeeping between the group, the caller and the
// library.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "libs/messaging/kafka/consumer.h"

namespace ordermesh::kafka {

// Pure. Belongs to one thread.
class Partitions {
 public:
  using Name = std::pair<std::string, std::int32_t>;

  // The group gave us exactly these, and none has started.
  void Assign(const std::vector<Name>& names);
  // The group takes them all back; returns what we had, started or not.
  std::vector<Name> Revoke();

  // Asks `start` for each partition that has no position yet. The first error ends it; those asked before keep theirs.
  absl::Status StartAll(const Consumer::Start& start);
  // Every partition has its position, so that reading may begin.
  bool all_started() const;

  // The next offset wanted of a partition. Nothing happens when it isn't ours.
  void MoveTo(const std::string& topic, std::int32_t partition, std::int64_t next_offset);
  bool has(const std::string& topic, std::int32_t partition) const;
  // The partition has to be started again.
  void Unstart(const std::string& topic, std::int32_t partition) { MoveTo(topic, partition, kNotStarted); }
  // Whether a record is what comes next, or later; false for one that was fetched before a seek backwards or forwards.
  bool Wants(const std::string& topic, std::int32_t partition, std::int64_t offset) const;

  std::vector<Name> names() const;
  const std::map<Name, std::int64_t>& positions() const { return positions_; }

 private:
  static constexpr std::int64_t kNotStarted = INT64_MIN;
  std::map<Name, std::int64_t> positions_;  // the next offset
};

}  // namespace ordermesh::kafka
