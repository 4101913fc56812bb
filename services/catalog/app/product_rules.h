// The rules of a product, as pure functions of what is sent.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/domain/money.h"
#include "services/catalog/app/catalog_rules.h"
#include "services/catalog/app/product.h"

namespace ordermesh::catalog {

using Attributes = std::map<std::string, std::string>;

// What a request sets of a product; what it doesn't set stays as it is.
struct ProductFields {
  std::optional<std::string> name, description, category, brand;
  std::optional<domain::Money> price;  // without a currency: none was sent, or `broken` says what is wrong with it
  std::optional<bool> active;
  std::optional<Attributes> attributes;
  Violations broken;  // what can't be said above: a price that is none
};

// Everything that a client can change of it.
ProductFields FieldsOf(const ProductContent& content);
void SetFields(const ProductFields& fields, ProductContent& content);

// Each adds every rule that is broken, in the order of the fields. Of attributes each rule is told once, for the first
// entry that breaks it, so that a refusal keeps its size.
void CheckSku(absl::string_view sku, Violations& broken);
void CheckFields(const ProductFields& fields, Violations& broken);

// The attributes' bytes as the database counts them: as JSON with a blank behind each comma and colon.
std::size_t BytesOf(const Attributes& attributes);

}  // namespace ordermesh::catalog
