// A log and its consumer group, as applying it needs them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/stream/partition.h"

namespace ordermesh::stream {

// A member of the consumer group. Belongs to one thread; its callbacks run inside Poll and the destructor.
class RecordSource {
 public:
  struct Callbacks {
    // Asked for each partition that was assigned: the offset to begin at. While it fails, Poll returns its error, reads
    // nothing, and asks again. Asked anew, without a revoke, when the log no longer holds what comes next.
    std::function<absl::StatusOr<std::int64_t>(const Partition&)> start;
    // The partition may be another member's now.
    std::function<void(const Partition&)> revoked;
  };
  virtual ~RecordSource() = default;

  // Up to `max` records of the assigned partitions, as soon as there are any, or none after `timeout`.
  //   kUnavailable         no broker can be reached now; call again
  //   kNotFound, kFailedPrecondition  the topic is gone, or the member was fenced: open another source
  virtual absl::StatusOr<std::vector<Record>> Poll(int max, absl::Duration timeout) = 0;

  // Reads one record outside of the group. kNotFound: the log does not hold that offset.
  virtual absl::StatusOr<Record> ReadAt(const Partition& partition, std::int64_t offset, absl::Duration timeout) = 0;
  virtual absl::StatusOr<LogRange> Range(const Partition& partition, absl::Duration timeout) = 0;

  // Goes on from `offset`. kFailedPrecondition: the partition is not ours.
  virtual absl::Status Seek(const Partition& partition, std::int64_t offset) = 0;

  // Has the group remember a position of a partition that is ours. Does not wait: it is remembered at the latest when
  // this source has been destroyed, unless the broker can't be reached or the partition has become another's.
  virtual void Commit(const Partition& partition, const Position& position) = 0;
  // What the group remembers; nothing for a partition of which no position was ever committed.
  virtual absl::StatusOr<std::optional<Position>> Committed(const Partition& partition, absl::Duration timeout) = 0;
};

using OpenRecordSource =
    std::function<absl::StatusOr<std::unique_ptr<RecordSource>>(RecordSource::Callbacks callbacks)>;

}  // namespace ordermesh::stream
