// Counts records as they come: takes them from the log, gathers them, and has each partition's counted in one
// transaction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/timer.h"
#include "services/analytics/analytics_metrics.h"
#include "services/analytics/app/dead_letters.h"
#include "services/analytics/app/record_source.h"
#include "services/analytics/app/rollup_store.h"

namespace ordermesh::analytics {

struct ConsumeOptions {
  // Records in memory, of all partitions.
  int max_records = 2000;
  // Likewise. The largest order's is some 100 KiB.
  std::size_t max_bytes = 16 << 20;
  // Between two rounds of transactions. A record that comes after a pause is counted at once; when they come all the
  // time, so many share a transaction.
  absl::Duration gather = absl::Milliseconds(50);
  // How long a poll waits when there is nothing; a stop waits as long.
  absl::Duration idle_poll = absl::Milliseconds(200);
};

// Belongs to one thread. The dependencies must outlive it.
//
// Every record is counted exactly once: the transaction that counts it moves the partition, and only from where this
// object believes it to stand. Whatever goes wrong in between, it is either done or will be done again from there.
class ConsumeRecords {
 public:
  ConsumeRecords(ConsumeOptions options, RollupStore& store, DeadLetters& dead_letters, const AnalyticsMetrics& metrics,
                 base::Clock& clock, base::Timer& timer);
  ~ConsumeRecords();

  // Joins the group. Call Step only after OK.
  absl::Status Open(const OpenRecordSource& open);
  bool is_open() const { return source_ != nullptr; }
  // Leaves the group. What was taken and not counted is forgotten: its next owner takes it again.
  void Close();

  // Takes what there is, and counts what is due. After an error, wait and call it again; nothing is lost or counted
  // twice.
  //   kNotFound, kFailedPrecondition  this membership has ended: Close, then Open
  absl::Status Step();
  // Counts everything that was taken.
  absl::Status Flush();

 private:
  struct Taken {
    Record record;
    std::optional<SaleEvent> event;  // none: nothing to count
    std::string reason;              // why it is a dead letter; empty: it is none
    bool buried = false;             // its dead letter is stored
  };
  struct Owned {
    std::int64_t counted_to = 0;  // where the partition stands, as far as we know
    std::int64_t read_to = 0;     // the offset that is expected next
    bool misplaced = false;       // we are not where we believed to be: look again before taking more
    std::vector<Taken> taken;     // from counted_to to read_to
  };

  absl::Status Take(Record record);
  absl::Status CheckGap(const Partition& partition, Owned& owned, std::int64_t offset);
  absl::Status Replace(const Partition& partition, Owned& owned);
  absl::Status ReplaceMisplaced();
  absl::Status CountTaken(const Partition& partition, Owned& owned);
  absl::Status CountFirst(const Partition& partition, Owned& owned, std::size_t count);
  absl::Status Bury(Owned& owned, std::size_t count);
  void Report(const Owned& owned, std::size_t count, const Applied& applied, absl::Duration took);
  // What was taken first is counted, or is another's to count.
  void Drop(Owned& owned, std::size_t count);
  void Forget(Owned& owned) { Drop(owned, owned.taken.size()); }
  bool IsFull() const { return taken_ >= options_.max_records || taken_bytes_ >= options_.max_bytes; }
  absl::Duration UntilDue();

  const ConsumeOptions options_;
  RollupStore& store_;
  DeadLetters& dead_letters_;
  const AnalyticsMetrics& metrics_;
  base::Clock& clock_;
  base::Timer& timer_;
  std::map<Partition, Owned> owned_;
  int taken_ = 0;  // of all partitions
  std::size_t taken_bytes_ = 0;
  base::SteadyTime last_flush_ = base::SteadyTime::InfinitePast();
  std::unique_ptr<RecordSource> source_;  // Last: its end may still call back.
};

}  // namespace ordermesh::analytics
