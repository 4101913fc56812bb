// The catalogue in memory, as it was at one time.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/steady_time.h"
#include "libs/domain/rules.h"
#include "services/validation/app/catalog_store.h"
#include "services/validation/app/shared_table.h"

namespace ordermesh::validation {

using SharedProduct = std::shared_ptr<const domain::CatalogProduct>;
using SharedCustomer = std::shared_ptr<const domain::CatalogCustomer>;

// Products by id, since their SKUs may change, and by SKU; active customers by id.
struct CatalogTables {
  struct Id {
    domain::ProductId operator()(const domain::CatalogProduct& product) const { return product.id; }
  };
  struct Sku {
    absl::string_view operator()(const domain::CatalogProduct& product) const { return product.sku; }
  };
  struct CustomerId {
    absl::string_view operator()(const domain::CatalogCustomer& customer) const { return customer.id; }
  };
  SharedTable<domain::CatalogProduct, Id> by_id;
  SharedTable<domain::CatalogProduct, Sku> by_sku;
  SharedTable<domain::CatalogCustomer, CustomerId> customers;

  friend bool operator==(const CatalogTables&, const CatalogTables&) = default;
};

// Never changes, so that any thread may read it without a lock. Made by CatalogBuilder.
class CatalogSnapshot : public domain::CatalogView {
 public:
  explicit CatalogSnapshot(const CatalogTables& tables) : tables_(tables) {}

  // Of a customer who is not active: nothing.
  const domain::CatalogCustomer* FindCustomer(absl::string_view id) const override;
  const domain::CatalogProduct* FindProduct(absl::string_view sku) const override;

  std::size_t products() const { return tables_.by_sku.size(); }
  std::size_t customers() const { return tables_.customers.size(); }

 private:
  friend class CatalogBuilder;
  const CatalogTables tables_;
};

// Makes the next snapshot, row by row; rows that don't differ are shared with the one before. Of one thread.
class CatalogBuilder {
 public:
  // Begins as `before`, for what has changed since.
  static CatalogBuilder From(const std::shared_ptr<const CatalogSnapshot>& before);
  // Begins empty, for the whole.
  static CatalogBuilder Anew() { return CatalogBuilder(CatalogTables()); }

  // The row, or the one of `known` that is just like it. `known` may be nullptr.
  static SharedProduct Share(domain::CatalogProduct product, const CatalogSnapshot* known);
  static SharedCustomer Share(StoredCustomer customer, const CatalogSnapshot* known);

  void Put(const SharedProduct& product);
  void Put(const SharedCustomer& customer);
  void ForgetCustomer(absl::string_view id) { tables_.customers.Erase(id); }

  // The snapshot, or `before` when it has the very same rows. The last call.
  std::shared_ptr<const CatalogSnapshot> Finish(const std::shared_ptr<const CatalogSnapshot>& before) &&;

 private:
  explicit CatalogBuilder(const CatalogTables& tables) : tables_(tables) {}

  CatalogTables tables_;
};

// A snapshot, and when it was known to be current: by the wall clock for whoever is told, steady for how old it is.
struct PinnedCatalog {
  std::shared_ptr<const CatalogSnapshot> snapshot;  // nullptr: none was read yet
  absl::Time as_of = absl::InfinitePast();
  base::SteadyTime read_at = base::SteadyTime::InfinitePast();
};

// The newest snapshot. Thread-safe. Whoever sets it keeps the one before until nobody else has it: freeing what only
// that one held takes a while after many changes, and is not for a thread that checks orders.
class CurrentCatalog {
 public:
  PinnedCatalog Get() const {
    base::MutexLock lock(mu_);
    return current_;
  }
  void Set(PinnedCatalog current) {
    base::MutexLock lock(mu_);
    current_.snapshot.swap(current.snapshot);
    current_.as_of = current.as_of;
    current_.read_at = current.read_at;
  }

 private:
  mutable base::Mutex mu_;
  PinnedCatalog current_ ABSL_GUARDED_BY(mu_);
};

}  // namespace ordermesh::validation
