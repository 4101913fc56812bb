#include "services/validation/app/admit.h"

#include "libs/base/log.h"
#include "libs/domain/limits.h"
#include "libs/domain/money.h"
#include "libs/domain/text.h"

namespace ordermesh::validation {

void Admit::Product(domain::CatalogProduct& product) {
  // A price that can't be said exactly is none.
  const bool sellable =
      product.sku.size() <= domain::kMaxSkuBytes && domain::MinorUnitsPerUnit(product.price.currency) != 0;
  bool changed = product.active && !sellable;
  product.active &= sellable;
  if (product.name.size() > domain::kMaxProductNameCharacters) {
    const std::size_t end = domain::FirstCharacters(product.name, domain::kMaxProductNameCharacters).size();
    changed |= end < product.name.size();
    product.name.resize(end);
  }
  if (changed) Note(products_, product.sku);
}

void Admit::Customer(StoredCustomer& customer) {
  const bool id_fits = customer.id.size() <= domain::kMaxCustomerIdBytes;
  const bool email_fits = customer.email.size() <= domain::kMaxEmailBytes;
  const bool changed = customer.active && !(id_fits && email_fits);
  customer.active &= id_fits;
  if (!email_fits) customer.email.clear();
  if (changed) Note(customers_, customer.id);
}

void Admit::Report() {
  if (products_.rows > 0) {
    base::LogWarning("products_outside_the_limits", {{"products", products_.rows}, {"sku", products_.example}});
  }
  if (customers_.rows > 0) {
    base::LogWarning("customers_outside_the_limits",
                     {{"customers", customers_.rows}, {"customer_id", customers_.example}});
  }
  products_ = {};
  customers_ = {};
}

void Admit::Note(Finding& finding, const std::string& key) {
  if (finding.rows++ == 0) finding.example = key.substr(0, domain::kMaxSkuBytes);
}

}  // namespace ordermesh::validation
