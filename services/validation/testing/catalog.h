// Products and customers for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/rules.h"
#include "libs/testing/fake_random.h"
#include "services/validation/app/catalog_snapshot.h"
#include "services/validation/app/catalog_store.h"

namespace ordermesh::validation {

// "SKU-<n>", for sale at `price_minor` EUR.
inline domain::CatalogProduct AProduct(std::uint32_t n, std::int64_t price_minor = 1999) {
  return {.id = ordermesh::testing::FakeIds::Number(n),
          .sku = absl::StrCat("SKU-", n),
          .name = absl::StrCat("Product ", n),
          .price = {price_minor, "EUR"},
          .active = true};
}

// "CUST-<n>", active.
inline StoredCustomer ACustomer(std::uint32_t n) {
  return {absl::StrCat("CUST-", n), absl::StrCat("customer", n, "@example.com"), true};
}

// A snapshot of these and nothing else.
inline std::shared_ptr<const CatalogSnapshot> ASnapshotOf(const std::vector<domain::CatalogProduct>& products,
                                                          const std::vector<StoredCustomer>& customers) {
  CatalogBuilder builder = CatalogBuilder::Anew();
  for (const domain::CatalogProduct& product : products) builder.Put(CatalogBuilder::Share(product, nullptr));
  for (const StoredCustomer& customer : customers) builder.Put(CatalogBuilder::Share(customer, nullptr));
  return std::move(builder).Finish(nullptr);
}

}  // namespace ordermesh::validation
