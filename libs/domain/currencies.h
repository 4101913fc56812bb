// The currencies that prices may be said in: ISO 4217.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace ordermesh::domain {

struct Currency {
  absl::string_view code;  // "EUR"
  int digits = 0;          // behind the decimal point: 0, 2, 3 or 4
};

// All of them, sorted by code. The catalogue's table of currencies has the same rows; tests hold both against a
// package's data of the standard.
absl::Span<const Currency> Currencies();

// nullptr: not one of them.
const Currency* FindCurrency(absl::string_view code);

}  // namespace ordermesh::domain
