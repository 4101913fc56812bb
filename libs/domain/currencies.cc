#include "libs/domain/currencies.h"

#include <algorithm>
#include <vector>

namespace ordermesh::domain {
namespace {

// ISO 4217, list one, as published on 2026-01-01, by the number of digits behind the decimal point. Funds codes (BOV,
// CHE, CHW, CLF, COU, MXV, USN, UYI, UYW) are among them: prices may be said in them.
constexpr absl::string_view kNoDigits[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                           "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr absl::string_view kTwoDigits[] = {
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND", "BOB", "BOV",
    "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY", "COP", "COU", "CRC", "CUP",
    "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD", "FKP", "GBP", "GEL", "GHS", "GIP", "GMD",
    "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS", "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD",
    "KZT", "LAK", "LBP", "LKR", "LRD", "LSL", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR",
    "MWK", "MXN", "MXV", "MYR", "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR",
    "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP",
    "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD", "USN", "UYU",
    "UZS", "VED", "VES", "WST", "XAD", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG"};
constexpr absl::string_view kThreeDigits[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr absl::string_view kFourDigits[] = {"CLF", "UYW"};
// Withdrawn, all of two digits: orders in them are stored, and catalogues may lag behind.
constexpr absl::string_view kWithdrawn[] = {"ANG", "BGN", "CUC", "HRK", "SLL", "ZWL"};
// Left out, since it has no minor unit: metals, bond units, SDR and other units of account, tests, no currency at all.
//   XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX

std::vector<Currency> Table() {
  std::vector<Currency> table;
  const auto add = [&table](absl::Span<const absl::string_view> codes, int digits) {
    for (const absl::string_view code : codes) table.push_back({code, digits});
  };
  add(kNoDigits, 0);
  add(kTwoDigits, 2);
  add(kWithdrawn, 2);
  add(kThreeDigits, 3);
  add(kFourDigits, 4);
  std::sort(table.begin(), table.end(), [](const Currency& a, const Currency& b) { return a.code < b.code; });
  return table;
}

}  // namespace

absl::Span<const Currency> Currencies() {
  static const auto& table = *new std::vector<Currency>(Table());
  return table;
}

const Currency* FindCurrency(absl::string_view code) {
  const absl::Span<const Currency> all = Currencies();
  const auto at =
      std::lower_bound(all.begin(), all.end(), code,
                       [](const Currency& currency, absl::string_view wanted) { return currency.code < wanted; });
  return at != all.end() && at->code == code ? &*at : nullptr;
}

}  // namespace ordermesh::domain
