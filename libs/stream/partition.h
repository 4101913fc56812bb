// A partition of a topic, its log, and how far it has been applied.
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "libs/base/uuid.h"
#include "libs/messaging/kafka/consumer.h"

namespace ordermesh::stream {

using Record = kafka::ReceivedRecord;

struct Partition {
  std::string topic;
  std::int32_t number = 0;

  friend bool operator==(const Partition& a, const Partition& b) { return a.number == b.number && a.topic == b.topic; }
  friend bool operator<(const Partition& a, const Partition& b) {
    return std::tie(a.topic, a.number) < std::tie(b.topic, b.number);
  }
};

inline std::string NameOf(const Partition& partition) { return absl::StrCat(partition.topic, "/", partition.number); }

// First and next offsets of a log.
struct LogRange {
  std::int64_t first = 0;
  std::int64_t next = 0;
};

// How far a partition has been applied.
struct Position {
  std::int64_t next_offset = 0;
  // Which record stands before next_offset, by RecordId(); nil: not known, nothing to compare with.
  base::Uuid last_record;
  // Records that Kafka had dropped before they were applied, since the effects were last built anew. More than none:
  // the effects are short.
  std::int64_t lost_records = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

}  // namespace ordermesh::stream
