// Stock in memory, for tests: keeps the contract of StockStore, and fails when told to.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/base/uuid.h"
#include "services/catalog/app/stock_store.h"

namespace ordermesh::catalog {

// Thread-safe. The clock must outlive it.
class FakeStockStore : public StockStore {
 public:
  explicit FakeStockStore(base::Clock& clock) : clock_(clock), ids_(clock, base::SystemRandom()) {}

  // What others do. Without `available`, a product has no row of stock.
  void AddProduct(const base::Uuid& id, std::string sku, std::optional<std::int64_t> available);
  void DeleteProduct(const base::Uuid& id);
  // What an order does that has one line: reserves, gives back or takes out.
  void Order(MovementKind kind, const base::Uuid& order, const base::Uuid& product, std::int64_t quantity);

  // The next call fails, and does nothing. Several: one after the other.
  void FailNext(absl::Status status);

  // As StockEventText has them, in the order in which they happened.
  std::vector<std::string> Events() const;

  aio::Task<absl::StatusOr<StockLevel>> Get(aio::Waiter waiter, base::Uuid product) override;
  aio::Task<absl::StatusOr<std::vector<StockLevel>>> List(aio::Waiter waiter, StockQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, std::optional<std::int64_t> available_below,
                                                std::int64_t at_most) override;
  aio::Task<absl::StatusOr<StockLevel>> Adjust(aio::Waiter waiter, Adjustment adjustment) override;
  aio::Task<absl::StatusOr<std::vector<Movement>>> Movements(aio::Waiter waiter, MovementQuery query) override;
  aio::Task<absl::StatusOr<std::int64_t>> CountMovements(aio::Waiter waiter, base::Uuid product,
                                                         std::int64_t at_most) override;

 private:
  struct Entry {
    StockLevel level;
    bool has_row = false;
    bool deleted = false;
    std::vector<Movement> movements;
  };

  // The failure that was asked for, or that of the waiter.
  absl::Status Pass(const aio::Waiter& waiter) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // What List goes through, in its order.
  std::vector<StockLevel> Listed(const std::optional<std::int64_t>& available_below) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Adds to the history, and to the level.
  const Movement& Move(Entry& entry, Movement movement) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  absl::StatusOr<StockLevel> AdjustNow(const Adjustment& adjustment) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  base::Clock& clock_;
  base::UuidV7Source ids_;
  mutable base::Mutex mu_;
  std::map<base::Uuid, Entry> products_ ABSL_GUARDED_BY(mu_);
  std::map<std::pair<std::string, std::string>, Request> requests_ ABSL_GUARDED_BY(mu_);  // by caller and id
  absl::Time last_ ABSL_GUARDED_BY(mu_);                                                  // of the movements
  std::vector<std::string> events_ ABSL_GUARDED_BY(mu_);
  std::deque<absl::Status> failures_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::catalog
