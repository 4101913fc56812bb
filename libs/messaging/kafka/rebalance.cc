#include "libs/messaging/kafka/rebalance.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

namespace ordermesh::kafka {

void Partitions::Assign(const std::vector<Name>& names) {
  positions_.clear();
  for (const Name& name : names) positions_.emplace(name, kNotStarted);
}

std::vector<Partitions::Name> Partitions::Revoke() {
  std::vector<Name> had = names();
  positions_.clear();
  return had;
}

absl::Status Partitions::StartAll(const Consumer::Start& start) {
  for (auto& [name, position] : positions_) {
    if (position != kNotStarted) continue;
    absl::StatusOr<std::int64_t> offset = start(name.first, name.second);
    if (!offset.ok()) return base::Annotate(offset.status(), absl::StrCat("starting ", name.first, "/", name.second));
    position = *offset;
  }
  return absl::OkStatus();
}

bool Partitions::all_started() const {
  return std::none_of(positions_.begin(), positions_.end(),
                      [](const auto& entry) { return entry.second == kNotStarted; });
}

void Partitions::MoveTo(const std::string& topic, std::int32_t partition, std::int64_t next_offset) {
  if (auto found = positions_.find({topic, partition}); found != positions_.end()) found->second = next_offset;
}

bool Partitions::has(const std::string& topic, std::int32_t partition) const {
  return positions_.count({topic, partition}) > 0;
}

bool Partitions::Wants(const std::string& topic, std::int32_t partition, std::int64_t offset) const {
  auto found = positions_.find({topic, partition});
  return found != positions_.end() && found->second != kNotStarted && offset >= found->second;
}

std::vector<Partitions::Name> Partitions::names() const {
  std::vector<Name> names;
  for (const auto& [name, position] : positions_) names.push_back(name);
  return names;
}

}  // namespace ordermesh::kafka
