// A product, as the catalogue keeps it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "libs/base/uuid.h"
#include "libs/domain/money.h"

namespace ordermesh::catalog {

// What a client sets.
struct ProductContent {
  std::string sku;
  std::string name;
  std::string description;
  std::string category;
  std::string brand;
  domain::Money price;
  bool active = true;  // for sale, unless it is deleted
  std::map<std::string, std::string> attributes;

  friend bool operator==(const ProductContent&, const ProductContent&) = default;
};

struct Product {
  base::Uuid id;
  ProductContent content;
  std::int64_t version = 1;
  absl::Time created_at, updated_at;  // by the database's clock
  std::optional<absl::Time> deleted_at;

  friend bool operator==(const Product&, const Product&) = default;
};

}  // namespace ordermesh::catalog
