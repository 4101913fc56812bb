#include "services/validation/app/catalog_snapshot.h"

#include <utility>

namespace ordermesh::validation {
namespace {

bool Same(const domain::CatalogProduct& a, const domain::CatalogProduct& b) {
  return a.id == b.id && a.sku == b.sku && a.name == b.name && a.price == b.price && a.active == b.active;
}

}  // namespace

const domain::CatalogCustomer* CatalogSnapshot::FindCustomer(absl::string_view id) const {
  return tables_.customers.Find(id);
}

const domain::CatalogProduct* CatalogSnapshot::FindProduct(absl::string_view sku) const {
  return tables_.by_sku.Find(sku);
}

CatalogBuilder CatalogBuilder::From(const std::shared_ptr<const CatalogSnapshot>& before) {
  return before == nullptr ? Anew() : CatalogBuilder(before->tables_);
}

SharedProduct CatalogBuilder::Share(domain::CatalogProduct product, const CatalogSnapshot* known) {
  const SharedProduct* same = known == nullptr ? nullptr : known->tables_.by_id.FindStored(product.id);
  if (same != nullptr && Same(**same, product)) return *same;
  return std::make_shared<const domain::CatalogProduct>(std::move(product));
}

SharedCustomer CatalogBuilder::Share(StoredCustomer customer, const CatalogSnapshot* known) {
  const SharedCustomer* same = known == nullptr ? nullptr : known->tables_.customers.FindStored(customer.id);
  if (same != nullptr && (*same)->email == customer.email) return *same;
  return std::make_shared<const domain::CatalogCustomer>(
      domain::CatalogCustomer{std::move(customer.id), std::move(customer.email)});
}

void CatalogBuilder::Put(const SharedProduct& product) {
  const SharedProduct* known = tables_.by_id.FindStored(product->id);
  if (known != nullptr && *known == product) return;
  // Its old SKU is free, unless another product has it already.
  if (known != nullptr && (*known)->sku != product->sku) {
    const domain::CatalogProduct* holder = tables_.by_sku.Find((*known)->sku);
    if (holder != nullptr && holder->id == product->id) tables_.by_sku.Erase((*known)->sku);
  }
  tables_.by_sku.Put(product);
  tables_.by_id.Put(product);
}

void CatalogBuilder::Put(const SharedCustomer& customer) {
  const SharedCustomer* known = tables_.customers.FindStored(customer->id);
  if (known == nullptr || *known != customer) tables_.customers.Put(customer);
}

std::shared_ptr<const CatalogSnapshot> CatalogBuilder::Finish(const std::shared_ptr<const CatalogSnapshot>& before) && {
  if (before != nullptr && before->tables_ == tables_) return before;
  return std::make_shared<const CatalogSnapshot>(tables_);
}

}  // namespace ordermesh::validation
