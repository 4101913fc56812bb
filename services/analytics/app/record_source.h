// The log of events, as counting needs it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/consumer.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

using Record = kafka::ReceivedRecord;

// First and next offsets of a log.
struct LogRange {
  std::int64_t first = 0;
  std::int64_t next = 0;
};

// A member of the consumer group. Belongs to one thread; its callbacks run inside Poll and the destructor.
class RecordSource {
 public:
  struct Callbacks {
    // Asked for each partition that was assigned: the offset to begin at. While it fails, Poll returns its error, reads
    // nothing, and asks again.
    std::function<absl::StatusOr<std::int64_t>(const Partition&)> start;
    // Another member has the partition now.
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

  // Goes on from `offset`.
  virtual absl::Status Seek(const Partition& partition, std::int64_t offset) = 0;
  // Tells the broker's tools how far we are; nothing depends on it.
  virtual void Commit(const Partition& partition, std::int64_t next_offset) = 0;
};

using OpenRecordSource =
    std::function<absl::StatusOr<std::unique_ptr<RecordSource>>(RecordSource::Callbacks callbacks)>;

}  // namespace ordermesh::analytics
