// Money: integer minor units and a currency. Never a floating point number.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::domain {

struct Money {
  std::int64_t minor = 0;  // cents for EUR
  std::string currency;    // ISO 4217, "EUR"

  friend bool operator==(const Money&, const Money&) = default;
};

// OUT_OF_RANGE when the result does not fit, INVALID_ARGUMENT when the currencies differ.
absl::StatusOr<Money> Add(const Money& a, const Money& b);
absl::StatusOr<Money> Multiply(const Money& price, std::int64_t quantity);

// How many minor units make one unit: 100 for most currencies, 1 for JPY, 1000 for KWD, 10,000 for UYW, by ISO 4217. 0:
// not a currency that we know; see currencies.h.
int MinorUnitsPerUnit(absl::string_view currency);

}  // namespace ordermesh::domain
