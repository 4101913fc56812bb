// A Kafka consumer whose offsets the caller keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/messaging/kafka/brokers.h"
#include "libs/messaging/kafka/committed_offset.h"
#include "libs/messaging/message.h"

namespace ordermesh::kafka {

struct ReceivedRecord {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string key;
  std::string value;
  messaging::Headers headers;
  absl::Time timestamp;
  // The value of a header; empty when it is missing.
  absl::string_view header(absl::string_view name) const;
};

struct ConsumerOptions {
  Brokers brokers;
  std::string group;
  std::string client_id;
  std::vector<std::string> topics;
  absl::Duration session_timeout = absl::Seconds(10);
  absl::Duration max_poll_interval = absl::Minutes(5);
};

// Group membership by Kafka (range assignor), offsets by the caller: on assignment `start` is asked for the offset at
// which each partition begins (kBeginning: from its start), and again when the log no longer holds the offset that
// comes next: it was cut off, or the topic made anew. The group remembers the offsets that the caller commits, and
// starts nobody from them by itself. Belongs to one thread; callbacks run inside Poll and Close.
class Consumer {
 public:
  static constexpr std::int64_t kBeginning = -2;  // RD_KAFKA_OFFSET_BEGINNING
  using Start = std::function<absl::StatusOr<std::int64_t>(const std::string& topic, std::int32_t partition)>;
  using Revoked = std::function<void(const std::string& topic, std::int32_t partition)>;

  // Does not wait for the broker.
  // While `start` fails, Poll returns its error, reads nothing, and asks again at each call.
  static absl::StatusOr<std::unique_ptr<Consumer>> Create(ConsumerOptions options, Start start, Revoked revoked);
  ~Consumer();  // leaves the group

  // What one Poll returns: the record with which they are more is the last.
  static constexpr std::size_t kMaxPollBytes = 4 << 20;  // of values

  // Up to `max` records and kMaxPollBytes that arrive within `timeout`; fewer or none is not an error. kUnavailable: no
  // broker can be reached now; call again. kFailedPrecondition: the topic does not exist, or the member was fenced.
  absl::StatusOr<std::vector<ReceivedRecord>> Poll(int max, absl::Duration timeout);

  // Reads `count` records from `offset` of a partition, outside of the group; fewer when the log ends or begins later.
  absl::StatusOr<std::vector<ReceivedRecord>> ReadAt(const std::string& topic, std::int32_t partition,
                                                     std::int64_t offset, int count, absl::Duration timeout);

  // Starts the partition anew from `offset` (or kBeginning).
  absl::Status Seek(const std::string& topic, std::int32_t partition, std::int64_t offset);
  // Has the group remember how far the caller is, and a short text beside it. Asynchronous, in order, and done before
  // the destructor returns; a failure is only logged. Of a partition that has become another's it fails.
  void Commit(const std::string& topic, std::int32_t partition, std::int64_t next_offset,
              absl::string_view metadata = {});
  // What the group remembers; nothing for a partition of which nothing was ever committed.
  absl::StatusOr<std::optional<CommittedOffset>> Committed(const std::string& topic, std::int32_t partition,
                                                           absl::Duration timeout);

  // First and next offsets of the log.
  absl::StatusOr<std::pair<std::int64_t, std::int64_t>> Watermarks(const std::string& topic, std::int32_t partition,
                                                                   absl::Duration timeout);
  std::vector<std::pair<std::string, std::int32_t>> Assignment() const;

 private:
  class Impl;
  explicit Consumer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ordermesh::kafka
