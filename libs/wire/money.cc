#include "libs/wire/money.h"

#include "absl/strings/str_cat.h"

namespace ordermesh::wire {
namespace {

constexpr std::int64_t kNanosPerUnit = 1'000'000'000;

}  // namespace

void MoneyToProto(std::int64_t minor, absl::string_view currency, google::type::Money& out) {
  const int known = domain::MinorUnitsPerUnit(currency);
  const std::int64_t per_unit = known == 0 ? 100 : known;
  out.set_currency_code(currency.data(), currency.size());
  out.set_units(minor / per_unit);  // both truncate towards zero, so that their signs agree
  out.set_nanos(static_cast<std::int32_t>(minor % per_unit * (kNanosPerUnit / per_unit)));
}

absl::StatusOr<domain::Money> MoneyFromProto(const google::type::Money& money) {
  const std::int64_t per_unit = domain::MinorUnitsPerUnit(money.currency_code());
  if (per_unit == 0) return absl::InvalidArgumentError("money: not a currency of ISO 4217");
  const std::int64_t nanos = money.nanos();
  if (nanos <= -kNanosPerUnit || nanos >= kNanosPerUnit) return absl::InvalidArgumentError("money: nanos out of range");
  if ((money.units() > 0 && nanos < 0) || (money.units() < 0 && nanos > 0)) {
    return absl::InvalidArgumentError("money: units and nanos have different signs");
  }
  const std::int64_t nanos_per_minor = kNanosPerUnit / per_unit;
  if (nanos % nanos_per_minor != 0) {
    return absl::InvalidArgumentError(absl::StrCat("money: finer than a minor unit of ", money.currency_code()));
  }
  domain::Money result{0, money.currency_code()};
  if (__builtin_mul_overflow(money.units(), per_unit, &result.minor) ||
      __builtin_add_overflow(result.minor, nanos / nanos_per_minor, &result.minor)) {
    return absl::OutOfRangeError("money: does not fit into 64 bits");
  }
  return result;
}

}  // namespace ordermesh::wire
