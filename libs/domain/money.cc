#include "libs/domain/money.h"

#include "absl/strings/str_cat.h"
#include "libs/domain/currencies.h"

namespace ordermesh::domain {
absl::StatusOr<Money> Add(const Money& a, const Money& b) {
  if (a.currency != b.currency) {
    return absl::InvalidArgumentError(absl::StrCat("money: ", a.currency, " and ", b.currency, " can't be added"));
  }
  Money sum{0, a.currency};
  if (__builtin_add_overflow(a.minor, b.minor, &sum.minor)) {
    return absl::OutOfRangeError("money: the sum does not fit into 64 bits");
  }
  return sum;
}

absl::StatusOr<Money> Multiply(const Money& price, std::int64_t quantity) {
  Money product{0, price.currency};
  if (__builtin_mul_overflow(price.minor, quantity, &product.minor)) {
    return absl::OutOfRangeError("money: the product does not fit into 64 bits");
  }
  return product;
}

int MinorUnitsPerUnit(absl::string_view currency) {
  if (currency == "EUR") return 100;  // mostly
  const Currency* known = FindCurrency(currency);
  if (known == nullptr) return 0;
  constexpr int kPowersOfTen[] = {1, 10, 100, 1000, 10'000};
  return kPowersOfTen[known->digits];
}

}  // namespace ordermesh::domain
