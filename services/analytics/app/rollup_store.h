// Where the rollups are kept, and how far each partition has been counted into them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/stream/lags.h"
#include "libs/stream/partition_sink.h"
#include "services/analytics/app/fold.h"
#include "services/analytics/app/sale_event.h"

namespace ordermesh::analytics {

using stream::Partition;
using stream::Position;

struct EventBatch : stream::Batch {
  std::vector<SaleEvent> events;  // may be fewer than records, also none
};

// What came of a batch.
struct Applied {
  std::int64_t accepted = 0;  // new events of each kind
  std::int64_t cancelled = 0;
  std::int64_t paid = 0;
  std::int64_t shipped = 0;
  std::int64_t repeats = 0;  // events that had been counted before

  // One more of this kind.
  void Count(SaleEvent::Kind kind) {
    switch (kind) {
      case SaleEvent::Kind::kAccepted:
        ++accepted;
        break;
      case SaleEvent::Kind::kPaid:
        ++paid;
        break;
      case SaleEvent::Kind::kShipped:
        ++shipped;
        break;
      case SaleEvent::Kind::kCancelled:
        ++cancelled;
        break;
    }
  }

  friend bool operator==(const Applied&, const Applied&) = default;
};

enum class Grain { kWindow, kHour, kDay };

struct SalesQuery {
  absl::Time start, end;  // of hours; end exclusive
  Grain grain = Grain::kWindow;
  bool by_product = false;
  std::optional<base::Uuid> product_id;  // only this product
  std::optional<std::string> sku;        // only the product with this SKU
  int max_rows = 10'000;
};

struct SalesFigure {
  std::optional<absl::Time> start;  // of the hour or day; none: the whole window
  base::Uuid product_id;            // nil unless grouped by product
  std::string sku;                  // likewise empty
  std::string currency;
  Amounts amounts;

  friend bool operator==(const SalesFigure&, const SalesFigure&) = default;
};

// Belongs to one thread; any number of them, in any number of processes, share the same rollups.
//
// Every method: kUnavailable, kDeadlineExceeded, kResourceExhausted, kAborted: not done, or not known whether; call
// again.
class RollupStore {
 public:
  virtual ~RollupStore() = default;

  // What follows is waited for so long; see postgres::Connection::LimitTo.
  virtual void LimitTo(absl::Duration left) { static_cast<void>(left); }

  // Where a partition stands. One that was never asked for stands at 0, and is remembered.
  virtual absl::StatusOr<Position> Load(const Partition& partition) = 0;

  // Moves a partition that stands at `from` to `to`, where nothing is known of the record before, and adds to
  // lost_records. kFailedPrecondition: it stands elsewhere; nothing was changed.
  virtual absl::Status Move(const Partition& partition, std::int64_t from, std::int64_t to, std::int64_t lost) = 0;

  // Counts, in one transaction, the events that were not counted before, and moves the partition. Calling it again with
  // the same batch, also after an unknown outcome, counts nothing twice.
  //   kFailedPrecondition  the partition does not stand at first_offset; nothing was changed
  //   kInvalidArgument     an event is refused for good (a sum too large, a text that can't be stored); nothing was
  //   changed
  virtual absl::StatusOr<Applied> Apply(const EventBatch& batch) = 0;

  // Every partition that was ever asked for, and those of the catalogue's feed.
  virtual absl::StatusOr<stream::Positions> Positions() = 0;

  // Forgets up to `limit` events that were counted before `before`, and whose ids were made before it. Returns how
  // many.
  virtual absl::StatusOr<std::int64_t> Prune(absl::Time before, int limit) = 0;

  // Sorted by time, product, currency; at most max_rows.
  virtual absl::StatusOr<std::vector<SalesFigure>> QuerySales(const SalesQuery& query) = 0;
};

}  // namespace ordermesh::analytics
