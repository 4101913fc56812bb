// Rows of catalog.products.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "libs/postgres/result.h"
#include "services/catalog/app/product.h"
#include "services/catalog/app/product_rules.h"

namespace ordermesh::catalog {

// Of the columns id, sku, name, description, category, brand, price_minor, currency, active, attributes, version,
// created_at, updated_at, deleted_at, which come first.
Product ReadProduct(const postgres::Result& rows, int row);
inline constexpr int kProductColumns = 14;

std::string AttributesToJson(const Attributes& attributes);
// Values that are no text, which only rows have that somebody wrote by hand, are passed over.
Attributes AttributesFromJson(absl::string_view json);

}  // namespace ordermesh::catalog
