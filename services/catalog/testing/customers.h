// Builders of customers for tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/testing/fake_random.h"
#include "services/catalog/app/customer_store.h"

namespace ordermesh::catalog {

inline std::string CustomerNumber(std::uint32_t n) { return absl::StrCat("CUST-", n); }
inline base::Uuid CustomerEventNumber(std::uint32_t n) { return ordermesh::testing::FakeIds::Number(4'000'000 + n); }

inline CustomerContent AContent(std::uint32_t n) {
  return {.name = absl::StrCat("Customer ", n), .email = absl::StrCat("customer", n, "@example.com")};
}

// Customer number `n`, made by the request "request-<n>" of the caller "default".
inline CustomerCreation ACreation(std::uint32_t n) {
  return {.id = CustomerNumber(n),
          .content = AContent(n),
          .request = {.kind = RequestKind::kCreateCustomer,
                      .caller = "default",
                      .request_id = absl::StrCat("request-", n),
                      .fingerprint = absl::StrCat("fingerprint-", n)},
          .trace = {CustomerEventNumber(n), "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}};
}

}  // namespace ordermesh::catalog
