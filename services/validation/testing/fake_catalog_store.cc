#include "services/validation/testing/fake_catalog_store.h"

#include <algorithm>
#include <utility>

namespace ordermesh::validation {

CatalogPosition FakeCatalogStore::Now() const {
  CatalogPosition now{.end = next_transaction_};
  for (const auto& [id, transaction] : open_) now.open.push_back(id);
  return now;
}

void FakeCatalogStore::BeginReading() {
  ++reads_;
  read_.NotifyAll();
}

absl::StatusOr<CatalogPosition> FakeCatalogStore::Position() {
  base::MutexLock lock(mu_);
  BeginReading();
  if (!failure_.ok() && pages_before_failure_ == 0) return failure_;
  return Now();
}

absl::StatusOr<CatalogPosition> FakeCatalogStore::ReadChanges(const CatalogPosition& since,
                                                              absl::FunctionRef<void(CatalogPage)> take) {
  base::MutexLock lock(mu_);
  BeginReading();
  if (!failure_.ok() && pages_before_failure_ == 0) return failure_;
  if (next_transaction_ < since.end) return absl::OutOfRangeError("another database");
  const auto is_new = [&](std::uint64_t changed) {
    if (changed >= next_transaction_) return false;  // of the database that this is a copy of
    return changed >= since.end || std::count(since.open.begin(), since.open.end(), changed) > 0;
  };
  CatalogPage page;
  const auto give = [&](std::size_t at_least) {
    if (std::max(page.products.size(), page.customers.size()) >= at_least) take(std::exchange(page, {}));
  };
  for (const auto& [id, product] : products_) {
    if (is_new(product.changed)) page.products.push_back(product.row);
    give(page_);
  }
  for (const auto& [id, customer] : customers_) {
    if (is_new(customer.changed)) page.customers.push_back(customer.row);
    give(page_);
  }
  give(1);
  return Now();
}

template <class Rows, class Key>
auto FakeCatalogStore::Page(const Rows& rows, const Key& after)
    -> absl::StatusOr<std::vector<decltype(Rows::mapped_type::row)>> {
  if (!failure_.ok() && pages_before_failure_-- == 0) {
    pages_before_failure_ = 0;
    return failure_;
  }
  std::vector<decltype(Rows::mapped_type::row)> page;
  for (auto at = rows.upper_bound(after); at != rows.end() && page.size() < page_; ++at) page.push_back(at->second.row);
  pages_ += page.empty() ? 0 : 1;
  return page;
}

absl::StatusOr<std::vector<domain::CatalogProduct>> FakeCatalogStore::ReadProducts(const domain::ProductId& after) {
  base::MutexLock lock(mu_);
  if (after.is_nil()) ++whole_reads_;
  return Page(products_, after);
}

absl::StatusOr<std::vector<StoredCustomer>> FakeCatalogStore::ReadCustomers(const std::string& after) {
  base::MutexLock lock(mu_);
  return Page(customers_, after);
}

std::uint64_t FakeCatalogStore::Begin() {
  base::MutexLock lock(mu_);
  open_.try_emplace(next_transaction_);
  return next_transaction_++;
}

void FakeCatalogStore::Put(std::uint64_t transaction, domain::CatalogProduct product) {
  base::MutexLock lock(mu_);
  open_.at(transaction).products.push_back(std::move(product));
}

void FakeCatalogStore::Put(std::uint64_t transaction, StoredCustomer customer) {
  base::MutexLock lock(mu_);
  open_.at(transaction).customers.push_back(std::move(customer));
}

void FakeCatalogStore::Commit(std::uint64_t transaction) {
  base::MutexLock lock(mu_);
  Open open = std::move(open_.at(transaction));
  open_.erase(transaction);
  for (domain::CatalogProduct& product : open.products) products_[product.id] = {product, transaction};
  for (StoredCustomer& customer : open.customers) customers_[customer.id] = {customer, transaction};
}

void FakeCatalogStore::RollBack(std::uint64_t transaction) {
  base::MutexLock lock(mu_);
  open_.erase(transaction);
}

void FakeCatalogStore::DeleteProduct(const domain::ProductId& id) {
  base::MutexLock lock(mu_);
  products_.erase(id);
}

void FakeCatalogStore::Restore() {
  base::MutexLock lock(mu_);
  next_transaction_ = 10;
}

void FakeCatalogStore::FailWith(absl::Status status) { FailAfterPages(0, std::move(status)); }

void FakeCatalogStore::FailAfterPages(int pages, absl::Status status) {
  base::MutexLock lock(mu_);
  failure_ = std::move(status);
  pages_before_failure_ = pages;
}

void FakeCatalogStore::WaitForReads(int reads) {
  base::MutexLock lock(mu_);
  read_.Wait(mu_, std::stop_token(), [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return reads_ >= reads; });
}

int FakeCatalogStore::reads() {
  base::MutexLock lock(mu_);
  return reads_;
}

int FakeCatalogStore::whole_reads() {
  base::MutexLock lock(mu_);
  return whole_reads_;
}

int FakeCatalogStore::pages() {
  base::MutexLock lock(mu_);
  return pages_;
}

}  // namespace ordermesh::validation
