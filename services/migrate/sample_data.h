// The sample catalogue: the same products and customers each time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/uuid.h"
#include "libs/postgres/connection.h"

namespace ordermesh::migrate {

inline constexpr int kSampleProducts = 1000;
inline constexpr int kSampleCustomers = 1000;

struct SampleProduct {
  base::Uuid id;
  std::string sku;  // "SKU-0042"
  std::string name, description, category, brand;
  std::int64_t price_minor = 0;  // EUR cents
  bool active = true;
};

struct SampleCustomer {
  std::string id;  // "CUST-0042"
  std::string name;
  std::string email;  // "customer0042@example.com"
};

// SKU-0000 to SKU-0999; the last is not for sale.
std::vector<SampleProduct> SampleProducts();
std::vector<SampleCustomer> SampleCustomers();

struct Loaded {
  std::int64_t products = 0, stock = 0, customers = 0;
};

// Adds those that are missing, in one transaction, and `stock` pieces of each sample product that has no stock row;
// what is there stays as it is. Gives how many were added.
absl::StatusOr<Loaded> LoadSampleData(postgres::Connection& connection, std::int64_t stock);

}  // namespace ordermesh::migrate
