#include "libs/wire/money.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/domain/currencies.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::wire {
namespace {

using ordermesh::testing::StatusIs;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

struct Case {
  std::int64_t minor;
  const char* currency;
  std::int64_t units;
  std::int32_t nanos;
};
class MoneyTest : public ::testing::TestWithParam<Case> {};

TEST_P(MoneyTest, IsExactBothWays) {
  google::type::Money proto;
  MoneyToProto(GetParam().minor, GetParam().currency, proto);
  EXPECT_EQ(proto.currency_code(), GetParam().currency);
  EXPECT_EQ(proto.units(), GetParam().units);
  EXPECT_EQ(proto.nanos(), GetParam().nanos);
  EXPECT_EQ(MoneyFromProto(proto).value(), (domain::Money{GetParam().minor, GetParam().currency}));
}
INSTANTIATE_TEST_SUITE_P(
    Amounts, MoneyTest,
    ::testing::Values(Case{0, "EUR", 0, 0}, Case{1, "EUR", 0, 10'000'000}, Case{1999, "EUR", 19, 990'000'000},
                      Case{-1999, "EUR", -19, -990'000'000}, Case{-5, "USD", 0, -50'000'000}, Case{500, "JPY", 500, 0},
                      Case{1001, "KWD", 1, 1'000'000}, Case{12'345, "CLF", 1, 234'500'000},
                      Case{-1, "UYW", 0, -100'000}, Case{kMost, "UYW", 922'337'203'685'477, 580'700'000},
                      Case{kMost, "EUR", 92'233'720'368'547'758, 70'000'000},
                      Case{kLeast, "EUR", -92'233'720'368'547'758, -80'000'000}, Case{kMost, "JPY", kMost, 0}));

TEST(EveryCurrencyTest, IsExactBothWays) {
  for (const domain::Currency& currency : domain::Currencies()) {
    for (const std::int64_t minor : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-123'456'789}, kMost, kLeast}) {
      google::type::Money proto;
      MoneyToProto(minor, currency.code, proto);
      EXPECT_EQ(MoneyFromProto(proto).value(), (domain::Money{minor, std::string(currency.code)}));
    }
  }
}

struct Bad {
  std::string name, currency;
  std::int64_t units;
  std::int32_t nanos;
  absl::StatusCode code = absl::StatusCode::kInvalidArgument;
};
class BadMoneyTest : public ::testing::TestWithParam<Bad> {};

TEST_P(BadMoneyTest, IsRefused) {
  google::type::Money proto;
  proto.set_currency_code(GetParam().currency);
  proto.set_units(GetParam().units);
  proto.set_nanos(GetParam().nanos);
  EXPECT_THAT(MoneyFromProto(proto), StatusIs(GetParam().code));
}
INSTANTIATE_TEST_SUITE_P(
    Amounts, BadMoneyTest,
    ::testing::Values(Bad{"NoCurrency", "", 1, 0}, Bad{"LowerCase", "eur", 1, 0}, Bad{"Unknown", "XYZ", 1, 0},
                      Bad{"FinerThanACent", "EUR", 1, 5'000'000}, Bad{"FinerThanATenThousandth", "CLF", 1, 50'000},
                      Bad{"AThousandthOfAYen", "JPY", 1, 1'000'000}, Bad{"SignsDiffer", "EUR", 1, -10'000'000},
                      Bad{"SignsDifferTheOtherWay", "EUR", -1, 10'000'000},
                      Bad{"NanosTooMany", "EUR", 0, 1'000'000'000}, Bad{"NanosTooFew", "EUR", 0, -1'000'000'000},
                      Bad{"TooLarge", "EUR", kMost, 0, absl::StatusCode::kOutOfRange},
                      Bad{"TooSmall", "EUR", kLeast, 0, absl::StatusCode::kOutOfRange},
                      Bad{"JustTooLarge", "EUR", 92'233'720'368'547'758, 80'000'000, absl::StatusCode::kOutOfRange}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ordermesh::wire
