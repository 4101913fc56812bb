#include "services/validation/testing/fake_catalog_store.h"

#include <utility>

namespace ordermesh::validation {

absl::StatusOr<CatalogRead> FakeCatalogStore::ReadAll() {
  base::MutexLock lock(mu_);
  return Read(/*everything=*/true, 0);
}

absl::StatusOr<CatalogRead> FakeCatalogStore::ReadChanges(std::uint64_t next) {
  base::MutexLock lock(mu_);
  return Read(/*everything=*/false, next);
}

absl::StatusOr<CatalogRead> FakeCatalogStore::Read(bool everything, std::uint64_t since) {
  const std::uint64_t oldest_open = open_.empty() ? next_transaction_ : open_.begin()->first;
  CatalogRead read{.whole = everything || oldest_open < since, .next = oldest_open};
  for (int attempt = 0; attempt < 2; ++attempt) {
    read.products.clear();
    read.customers.clear();
    for (const auto& [id, product] : products_) {
      if (read.whole || product.changed >= since) read.products.push_back(product.row);
    }
    for (const auto& [id, customer] : customers_) {
      if (read.whole || customer.changed >= since) read.customers.push_back(customer.row);
    }
    if (read.products.size() < page_ && read.customers.size() < page_) break;
    read.whole = true;
  }
  ++reads_;
  if (read.whole) ++whole_reads_;
  read_.NotifyAll();
  if (!failure_.ok()) return failure_;
  return read;
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

void FakeCatalogStore::FailWith(absl::Status status) {
  base::MutexLock lock(mu_);
  failure_ = std::move(status);
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

}  // namespace ordermesh::validation
