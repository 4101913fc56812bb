// What a consumer group remembers of a partition.
#pragma once

#include <cstdint>
#include <string>

namespace ordermesh::kafka {

struct CommittedOffset {
  std::int64_t next_offset = 0;
  std::string metadata;  // the short text that was committed beside it

  friend bool operator==(const CommittedOffset&, const CommittedOffset&) = default;
};

}  // namespace ordermesh::kafka
