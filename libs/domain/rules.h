// The rules of an order, as pure functions of the order and the catalogue.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/domain/order.h"
#include "libs/domain/refusal.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::domain {

struct CatalogProduct {
  ProductId id;
  std::string sku;
  std::string name;
  Money price;
  bool active = false;  // for sale
};

struct CatalogCustomer {
  std::string id;
  std::string email;  // may be empty
};

// What the rules ask of a catalogue. Nothing found: nullptr. What is found lives as long as the view.
class CatalogView {
 public:
  virtual ~CatalogView() = default;
  virtual const CatalogCustomer* FindCustomer(absl::string_view id) const = 0;
  virtual const CatalogProduct* FindProduct(absl::string_view sku) const = 0;
};

// The order with its prices, names, total and contact, or every rule that it breaks (at least one), in the order of its
// fields.
using Verdict = std::variant<PricedOrder, std::vector<Violation>>;

// Checks everything that can be checked in one go. The same SKU in two lines is refused rather than merged: the answer
// has the lines that were sent, and a client's slip is not turned into a larger order. Of an order with more than
// kMaxLines lines, only so many are looked at, so that the answer stays bounded.
Verdict CheckOrder(const NewOrder& order, const CatalogView& catalog);

}  // namespace ordermesh::domain
