#include "services/catalog/app/product_rules.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/domain/limits.h"
#include "libs/domain/text.h"
#include "libs/json/writer.h"

namespace ordermesh::catalog {
namespace {

void CheckPrice(const ProductFields& fields, Violations& broken) {
  broken.insert(broken.end(), fields.broken.begin(), fields.broken.end());
  if (!fields.broken.empty()) return;
  if (fields.price->currency.empty()) {
    broken.push_back(Broken(CatalogRule::kFieldRequired, "price"));
  } else if (domain::MinorUnitsPerUnit(fields.price->currency) == 0) {
    broken.push_back(Broken(CatalogRule::kCurrencyUnknown, "price.currency_code"));
  } else if (fields.price->minor < 0) {
    broken.push_back(Broken(CatalogRule::kPriceNegative, "price"));
  }
}

// Adds what of `found` is not told yet.
void AddOnce(const Violations& found, Violations& told) {
  for (const domain::Violation& violation : found) {
    if (std::none_of(told.begin(), told.end(),
                     [&](const domain::Violation& earlier) { return earlier.rule == violation.rule; })) {
      told.push_back(violation);
    }
  }
}

void CheckAttributes(const Attributes& attributes, Violations& broken) {
  if (attributes.size() > domain::kMaxAttributes) {
    broken.push_back(Broken(CatalogRule::kAttributesTooMany, "attributes", attributes.size()));
    return;
  }
  Violations told;
  for (const auto& [key, value] : attributes) {
    Violations found;
    CheckText(key, "attributes", {.most = domain::kMaxAttributeKeyCharacters, .required = true}, found);
    if (!found.empty()) {
      found = {Broken(CatalogRule::kAttributeKeyMalformed, "attributes")};
    } else {
      CheckText(value, absl::StrCat("attributes[", key, "]"), {.most = domain::kMaxAttributeCharacters, .lines = true},
                found);
    }
    AddOnce(found, told);
  }
  // What is too large only because of what was told is not told again.
  if (const std::size_t bytes = BytesOf(attributes); told.empty() && bytes > domain::kMaxAttributesBytes) {
    told.push_back(Broken(CatalogRule::kAttributesTooLarge, "attributes", bytes));
  }
  broken.insert(broken.end(), told.begin(), told.end());
}

}  // namespace

ProductFields FieldsOf(const ProductContent& content) {
  return {.name = content.name,
          .description = content.description,
          .category = content.category,
          .brand = content.brand,
          .price = content.price,
          .active = content.active,
          .attributes = content.attributes,
          .broken = {}};
}

void SetFields(const ProductFields& fields, ProductContent& content) {
  content.name = fields.name.value_or(content.name);
  content.description = fields.description.value_or(content.description);
  content.category = fields.category.value_or(content.category);
  content.brand = fields.brand.value_or(content.brand);
  content.price = fields.price.value_or(content.price);
  content.active = fields.active.value_or(content.active);
  content.attributes = fields.attributes.value_or(content.attributes);
}

void CheckSku(absl::string_view sku, Violations& broken) {
  constexpr TextLimits kInBytes = {.most = std::numeric_limits<std::int64_t>::max(), .required = true};
  const std::size_t before = broken.size();
  CheckText(sku, "sku", kInBytes, broken);
  if (broken.size() > before) return;
  if (sku.size() > domain::kMaxSkuBytes) {
    broken.push_back(Broken(CatalogRule::kSkuTooLong, "sku", sku.size()));
  } else if (sku.front() == ' ' || sku.back() == ' ') {
    broken.push_back(Broken(CatalogRule::kSkuHasBlanks, "sku"));
  }
}

void CheckFields(const ProductFields& fields, Violations& broken) {
  if (fields.name.has_value()) {
    CheckText(*fields.name, "name", {.most = domain::kMaxProductNameCharacters, .required = true}, broken);
  }
  if (fields.description.has_value()) {
    CheckText(*fields.description, "description", {.most = domain::kMaxDescriptionCharacters, .lines = true}, broken);
  }
  if (fields.category.has_value()) {
    CheckText(*fields.category, "category", {.most = domain::kMaxCategoryCharacters}, broken);
  }
  if (fields.brand.has_value()) CheckText(*fields.brand, "brand", {.most = domain::kMaxBrandCharacters}, broken);
  if (fields.price.has_value()) CheckPrice(fields, broken);
  if (fields.attributes.has_value()) CheckAttributes(*fields.attributes, broken);
}

std::size_t BytesOf(const Attributes& attributes) {
  std::string text;
  for (const auto& [key, value] : attributes) {
    json::AppendString(key, text);
    json::AppendString(value, text);
  }
  // The braces; ": " in each entry, and ", " between two.
  return 2 + text.size() + (attributes.empty() ? 0 : 4 * attributes.size() - 2);
}

}  // namespace ordermesh::catalog
