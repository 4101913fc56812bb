// Where stock is kept, with the history of what changed it and the events of its adjustments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/aio/task.h"
#include "libs/aio/waiter.h"
#include "libs/base/uuid.h"
#include "services/catalog/app/request.h"
#include "services/catalog/app/stock.h"
#include "services/catalog/app/stock_adjustment.h"
#include "services/catalog/app/stock_history.h"

namespace ordermesh::catalog {

// The last level of a page; levels are sorted by both, the least available first.
struct StockPlace {
  std::int64_t available = 0;
  base::Uuid product_id;
};

struct StockQuery {
  std::optional<std::int64_t> available_below;  // fewer are available than these
  std::optional<StockPlace> after;              // only what comes behind it
  int skip = 0;
  int limit = 20;
};

struct MovementQuery {
  base::Uuid product_id;
  std::optional<HistoryPlace> after;  // only what comes behind it
  int skip = 0;
  int limit = 20;
};

// Everything is fixed before the first attempt, so that one whose outcome is unknown can be made again.
struct Adjustment {
  Request request;
  base::Uuid product_id;
  StockChange change;
  std::string reason;
  base::Uuid event_id;
  std::string traceparent;
};

// Every method is called on a lane, that of its waiter, and its result arrives there. What a waiter stopped waiting for
// is not begun. Thread-safe. A method fails with what api::StoreRefusal gives, or with
//   kNotFound           there is no such product; deleted ones are there, and have their stock
//   kDeadlineExceeded   the store went away while it committed, and stayed away: repeat to learn what happened
class StockStore {
 public:
  virtual ~StockStore() = default;

  virtual aio::Task<absl::StatusOr<StockLevel>> Get(aio::Waiter waiter, base::Uuid product) = 0;

  // The levels of products that are not deleted. kInvalidArgument, FILTER_TOO_BROAD: there are too many of them.
  virtual aio::Task<absl::StatusOr<std::vector<StockLevel>>> List(aio::Waiter waiter, StockQuery query) = 0;
  // How many there are; `at_most` when there are more.
  virtual aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, std::optional<std::int64_t> available_below,
                                                        std::int64_t at_most) = 0;

  // Changes what is available, and stores the movement and its event, in one commit. A repeat of a request, or a count
  // of what is available anyway, changes nothing; the level is as it is now.
  //   kFailedPrecondition  less would be available than nothing
  //   kInvalidArgument     the request was another before
  virtual aio::Task<absl::StatusOr<StockLevel>> Adjust(aio::Waiter waiter, Adjustment adjustment) = 0;

  // What changed the stock of a product, newest first (see Newer).
  virtual aio::Task<absl::StatusOr<std::vector<Movement>>> Movements(aio::Waiter waiter, MovementQuery query) = 0;
  // How many movements there are; `at_most` when there are more.
  virtual aio::Task<absl::StatusOr<std::int64_t>> CountMovements(aio::Waiter waiter, base::Uuid product,
                                                                 std::int64_t at_most) = 0;
};

}  // namespace ordermesh::catalog
