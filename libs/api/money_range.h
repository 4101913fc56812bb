// Amounts that rows are looked up by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/type/money.pb.h"

namespace ordermesh::api {

// One end of a range, as a request has it.
struct MoneyBound {
  absl::string_view field;
  const google::type::Money* amount = nullptr;  // nullptr: open
};

struct MoneyRange {
  std::string currency;                                  // of both; empty when both are open
  std::optional<std::int64_t> from_minor, before_minor;  // in its minor units
};

// INVALID_ARGUMENT, FILTER_MALFORMED, with the field: what is no amount of a currency that we know, or does not fit;
// two currencies; a range that ends where it begins, or earlier.
absl::StatusOr<MoneyRange> ReadMoneyRange(const MoneyBound& from, const MoneyBound& before);

}  // namespace ordermesh::api
