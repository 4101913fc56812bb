#include "libs/domain/money.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace ordermesh::domain {
namespace {

// ISO 4217 by the number of digits after the decimal point; each list sorted.
constexpr std::array<absl::string_view, 16> kNoDigits = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW",
                                                         "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<absl::string_view, 7> kThreeDigits = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::array<absl::string_view, 130> kTwoDigits = {
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BGN", "BMD",
    "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CNY", "COP", "CRC", "CUP",
    "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP",
    "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR",
    "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP",
    "MRU", "MUR", "MVR", "MWK", "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN",
    "PGK", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP",
    "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD",
    "TZS", "UAH", "USD", "UYU", "UZS", "VES", "WST", "XCD", "YER", "ZAR"};

template <class List>
bool Has(const List& list, absl::string_view currency) {
  return std::binary_search(list.begin(), list.end(), currency);
}

}  // namespace

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

int MinorUnitsPerUnit(const std::string& currency) {
  if (currency == "EUR" || Has(kTwoDigits, currency)) return 100;
  if (Has(kNoDigits, currency)) return 1;
  if (Has(kThreeDigits, currency)) return 1000;
  return 0;
}

}  // namespace ordermesh::domain
