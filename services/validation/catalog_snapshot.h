// The catalogue in memory, as it was at one time.
#pragma once

#include <cstddef>
#include <memory>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/steady_time.h"
#include "libs/domain/rules.h"
#include "services/validation/catalog_store.h"

namespace ordermesh::validation {

// Never changes, so that any thread may read it without a lock. The next one is made of it and of what changed;
// products and customers that didn't are shared.
class CatalogSnapshot : public domain::CatalogView {
 public:
  // Made of nothing, `read` being whole.
  static std::shared_ptr<const CatalogSnapshot> Make(CatalogRead read);
  // This one, when nothing in `read` is new to it.
  static std::shared_ptr<const CatalogSnapshot> Next(std::shared_ptr<const CatalogSnapshot> before, CatalogRead read);

  // Of a customer who is not active: nothing.
  const domain::CatalogCustomer* FindCustomer(absl::string_view id) const override;
  const domain::CatalogProduct* FindProduct(absl::string_view sku) const override;

  std::size_t products() const { return by_sku_.size(); }
  std::size_t customers() const { return customers_.size(); }

 private:
  using Product = std::shared_ptr<const domain::CatalogProduct>;
  using Customer = std::shared_ptr<const domain::CatalogCustomer>;

  void Apply(CatalogRead read);
  bool Knows(const CatalogRead& read) const;

  // Keys are of the values. By id, since a product's SKU may change.
  absl::flat_hash_map<domain::ProductId, Product> by_id_;
  absl::flat_hash_map<absl::string_view, Product> by_sku_;
  absl::flat_hash_map<absl::string_view, Customer> customers_;
};

// A snapshot, and when it was known to be current: by the wall clock for whoever is told, steady for how old it is.
struct PinnedCatalog {
  std::shared_ptr<const CatalogSnapshot> snapshot;  // nullptr: none was read yet
  absl::Time as_of = absl::InfinitePast();
  base::SteadyTime read_at = base::SteadyTime::InfinitePast();
};

// The newest snapshot. Thread-safe.
class CurrentCatalog {
 public:
  PinnedCatalog Get() const {
    base::MutexLock lock(mu_);
    return current_;
  }
  void Set(PinnedCatalog current) {
    // The one before may be the last reference: it is freed behind the lock.
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
