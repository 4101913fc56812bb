#include "services/validation/catalog_snapshot.h"

#include <utility>

namespace ordermesh::validation {
namespace {

bool Same(const domain::CatalogProduct& a, const domain::CatalogProduct& b) {
  return a.id == b.id && a.sku == b.sku && a.name == b.name && a.price == b.price && a.active == b.active;
}

}  // namespace

std::shared_ptr<const CatalogSnapshot> CatalogSnapshot::Make(CatalogRead read) {
  auto snapshot = std::make_shared<CatalogSnapshot>();
  snapshot->Apply(std::move(read));
  return snapshot;
}

std::shared_ptr<const CatalogSnapshot> CatalogSnapshot::Next(std::shared_ptr<const CatalogSnapshot> before,
                                                             CatalogRead read) {
  if (read.whole) return Make(std::move(read));
  if (before->Knows(read)) return before;
  auto snapshot = std::make_shared<CatalogSnapshot>(*before);
  snapshot->Apply(std::move(read));
  return snapshot;
}

// Changes are read again until the transactions that were open have ended: mostly there is nothing new in them.
bool CatalogSnapshot::Knows(const CatalogRead& read) const {
  for (const domain::CatalogProduct& product : read.products) {
    auto known = by_id_.find(product.id);
    if (known == by_id_.end() || !Same(*known->second, product)) return false;
  }
  for (const StoredCustomer& customer : read.customers) {
    const domain::CatalogCustomer* known = FindCustomer(customer.id);
    if (customer.active ? known == nullptr || known->email != customer.email : known != nullptr) return false;
  }
  return true;
}

void CatalogSnapshot::Apply(CatalogRead read) {
  by_id_.reserve(by_id_.size() + (read.whole ? read.products.size() : 0));
  by_sku_.reserve(by_sku_.size() + (read.whole ? read.products.size() : 0));
  customers_.reserve(customers_.size() + (read.whole ? read.customers.size() : 0));
  // All old SKUs go first: one product may have got what another one had.
  for (const domain::CatalogProduct& product : read.products) {
    auto known = by_id_.find(product.id);
    if (known != by_id_.end()) by_sku_.erase(known->second->sku);
  }
  for (domain::CatalogProduct& product : read.products) {
    auto stored = std::make_shared<const domain::CatalogProduct>(std::move(product));
    by_sku_.erase(stored->sku);  // its key may be another value's
    by_sku_.emplace(stored->sku, stored);
    by_id_[stored->id] = std::move(stored);
  }
  for (StoredCustomer& customer : read.customers) {
    customers_.erase(customer.id);
    if (!customer.active) continue;
    auto stored = std::make_shared<const domain::CatalogCustomer>(
        domain::CatalogCustomer{std::move(customer.id), std::move(customer.email)});
    customers_.emplace(stored->id, stored);
  }
}

const domain::CatalogCustomer* CatalogSnapshot::FindCustomer(absl::string_view id) const {
  auto found = customers_.find(id);
  return found == customers_.end() ? nullptr : found->second.get();
}

const domain::CatalogProduct* CatalogSnapshot::FindProduct(absl::string_view sku) const {
  auto found = by_sku_.find(sku);
  return found == by_sku_.end() ? nullptr : found->second.get();
}

}  // namespace ordermesh::validation
