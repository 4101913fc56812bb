// One member of a consumer group: takes records from the log, gathers them, and has each partition's applied in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/timer.h"
#include "libs/stream/consumer_metrics.h"
#include "libs/stream/dead_letters.h"
#include "libs/stream/find_start.h"
#include "libs/stream/partition_sink.h"
#include "libs/stream/record_source.h"

namespace ordermesh::stream {

struct ConsumeOptions {
  // What is done with the records, as the first word of log events: counting_waits, counting_resumed.
  std::string activity = "applying";
  // What an operator is to do when Kafka dropped records that had not been applied.
  std::string when_lost;
  // Records in memory, of all partitions.
  int max_records = 2000;
  // Likewise. The largest order's is some 100 KiB.
  std::size_t max_bytes = 16 << 20;
  // Between two rounds of batches. A record that comes after a pause is applied at once; when they come all the time,
  // so many share a batch.
  absl::Duration gather = absl::Milliseconds(50);
  // How long a poll waits when there is nothing; a stop waits as long.
  absl::Duration idle_poll = absl::Milliseconds(200);
};

// Belongs to one thread. The dependencies must outlive it.
//
// With a sink that keeps its positions every record has its effect exactly once: what has the effect moves the
// partition, and only from where this object believes it to stand. With any other a record may come again, but none is
// left out: the group remembers a position only after the effect. Whatever goes wrong in between, it is either done or
// will be done again from there.
class GroupMember {
 public:
  GroupMember(ConsumeOptions options, AnySink& sink, DeadLetters& dead_letters, const ConsumerMetrics& metrics,
              base::Timer& timer);
  ~GroupMember();

  // Joins the group.
  absl::Status Open(const OpenRecordSource& open);
  bool is_open() const { return source_ != nullptr; }
  // Leaves the group. What was taken and not applied is forgotten: its next owner takes it again.
  void Close();

  // Takes what there is, and applies what is due. Must be open. After an error, wait and call it again; nothing is
  // lost. When the membership has ended it is not open any more.
  absl::Status Step();
  // Applies everything that was taken.
  absl::Status Flush();

 private:
  struct Taken {
    Record record;
    AnySink::AnyItem item;  // none: nothing to do
    std::string reason;     // why it is a dead letter; empty: it is none
    bool buried = false;    // its dead letter is stored
  };
  struct Owned {
    Position applied;          // where the partition stands, as far as we know
    std::int64_t read_to = 0;  // the offset that is expected next
    bool misplaced = false;    // we are not where we believed to be: look again before taking more
    std::vector<Taken> taken;  // from applied.next_offset to read_to
  };

  absl::StatusOr<std::int64_t> Place(const Partition& partition);
  void Revoked(const Partition& partition);
  // What the source answered; when it says that the membership has ended, leaves the group.
  absl::Status OfSource(absl::Status status);
  absl::Status Poll();
  void Take(Record record);
  void CheckGap(const Partition& partition, Owned& owned, std::int64_t offset);
  absl::Status ReplaceMisplaced();
  absl::Status ApplyTaken(const Partition& partition, Owned& owned);
  absl::Status ApplyFirst(const Partition& partition, Owned& owned, std::size_t count);
  absl::Status Bury(Owned& owned, std::size_t count);
  // What was taken first is applied, or is another's to apply.
  void Drop(Owned& owned, std::size_t count);
  void Misplace(Owned& owned);
  bool IsFull() const { return taken_ >= options_.max_records || taken_bytes_ >= options_.max_bytes; }
  absl::Duration UntilDue();

  const ConsumeOptions options_;
  AnySink& sink_;
  DeadLetters& dead_letters_;
  const ConsumerMetrics& metrics_;
  base::Timer& timer_;
  std::map<Partition, Owned> owned_;
  int taken_ = 0;  // of all partitions
  std::size_t taken_bytes_ = 0;
  base::SteadyTime last_flush_ = base::SteadyTime::InfinitePast();
  std::unique_ptr<RecordSource> source_;  // Last: its end may still call back.
};

}  // namespace ordermesh::stream
