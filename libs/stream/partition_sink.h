// What has the effect of records: the two kinds of sinks that a PartitionConsumer hands them to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/base/uuid.h"
#include "libs/stream/partition.h"

namespace ordermesh::stream {

// Which records of a partition are applied together: consecutive ones.
struct Batch {
  Partition partition;
  std::int64_t first_offset = 0;  // where the partition has to stand
  std::int64_t next_offset = 0;   // where it will stand
  base::Uuid last_record;         // of the record before next_offset
};

// A sink, to who does not know what it makes of records. Implement one of the two below. Belongs to the consumer's
// thread.
class AnySink {
 public:
  using AnyItem = std::shared_ptr<const void>;
  virtual ~AnySink() = default;

  // Where a partition stands by the sink's own store, which remembers also one that was never asked for: it stands at
  // 0. Nothing: the sink keeps no positions, the group does. Any error: not known now; asked again.
  virtual absl::StatusOr<std::optional<Position>> Load(const Partition& partition) = 0;

  // Moves a partition that the sink keeps from `from` to `to`, where nothing is known of the record before, and adds to
  // its lost records. kFailedPrecondition: it stands elsewhere; nothing was changed.
  virtual absl::Status Move(const Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) = 0;

  virtual absl::StatusOr<AnyItem> DecodeAny(const Record& record) = 0;
  virtual absl::Status ApplyAny(const Batch& batch, const std::vector<AnyItem>& items) = 0;
};

// Keeps each partition's position itself, and moves it in the transaction that has the effect: each record has its
// effect exactly once. A table of positions in PostgreSQL, say. `Item` is what it makes of a record.
template <typename Item>
class TransactionalSink : public AnySink {
 public:
  // What is to be done for a record; nothing for one that needs nothing. Called once each time that a record is taken.
  // kInvalidArgument, with a reason that may be shown to an operator: it never will be understood, and goes to the dead
  // letters.
  virtual absl::StatusOr<std::optional<Item>> Decode(const Record& record) = 0;

  // Has the effect of a batch, and moves its partition: all of it, or nothing. `items` may be fewer than records, also
  // none. Calling it again with the same batch, also after an unknown outcome, must not have the effect twice.
  //   kFailedPrecondition  the partition does not stand at first_offset: somebody else applied it; nothing was changed
  //   kInvalidArgument     an item is refused for good; nothing was changed. It is found by halving the batch and goes
  //                        to the dead letters with this reason; its neighbours are applied.
  //   any other            not done, or not known whether; called again
  virtual absl::Status Apply(const Batch& batch, const std::vector<const Item*>& items) = 0;

  absl::StatusOr<AnyItem> DecodeAny(const Record& record) final {
    absl::StatusOr<std::optional<Item>> item = Decode(record);
    if (!item.ok()) return item.status();
    return item->has_value() ? std::make_shared<const Item>(**std::move(item)) : AnyItem();
  }
  absl::Status ApplyAny(const Batch& batch, const std::vector<AnyItem>& items) final {
    std::vector<const Item*> typed;
    typed.reserve(items.size());
    for (const AnyItem& item : items) typed.push_back(static_cast<const Item*>(item.get()));
    return Apply(batch, typed);
  }
};

// Keeps no positions: after the effect the consumer commits the position to the group. A crash in between, and any
// change of the partition's owner, repeats records, so that applying one again must change nothing, also after later
// ones: by (id, version), say.
template <typename Item>
class IdempotentSink : public TransactionalSink<Item> {
 public:
  // Has the effect of these, in this order; at least one. kInvalidArgument: as in Apply above; some of the others may
  // have had their effect. Any other error: called again.
  virtual absl::Status Write(const std::vector<const Item*>& items) = 0;

  absl::StatusOr<std::optional<Position>> Load(const Partition&) final { return std::nullopt; }
  absl::Status Move(const Partition&, std::int64_t, std::int64_t, std::int64_t) final {
    return absl::InternalError("this sink keeps no positions");
  }
  absl::Status Apply(const Batch&, const std::vector<const Item*>& items) final {
    absl::Status written = items.empty() ? absl::OkStatus() : Write(items);
    // It has no position that could have moved.
    return absl::IsFailedPrecondition(written) ? absl::UnavailableError(written.message()) : written;
  }
};

}  // namespace ordermesh::stream
