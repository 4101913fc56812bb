#include "libs/domain/money.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ordermesh::domain {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(MoneyTest, AddsWhatHasOneCurrency) {
  EXPECT_EQ(*Add({1999, "EUR"}, {1, "EUR"}), (Money{2000, "EUR"}));
  EXPECT_EQ(*Add({5, "EUR"}, {-7, "EUR"}), (Money{-2, "EUR"}));
  EXPECT_EQ(Add({5, "EUR"}, {5, "USD"}).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(MoneyTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(*Add({kMost - 1, "EUR"}, {1, "EUR"}), (Money{kMost, "EUR"}));
  EXPECT_EQ(Add({kMost, "EUR"}, {1, "EUR"}).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_EQ(*Multiply({1999, "EUR"}, 3), (Money{5997, "EUR"}));
  EXPECT_EQ(*Multiply({kMost / 999, "EUR"}, 999), (Money{kMost / 999 * 999, "EUR"}));
  EXPECT_EQ(Multiply({kMost / 999 + 1, "EUR"}, 999).status().code(), absl::StatusCode::kOutOfRange);
}

struct Currency {
  const char* name;
  int units;
};
class MinorUnitsTest : public testing::TestWithParam<Currency> {};
TEST_P(MinorUnitsTest, AreThoseOfIso4217) { EXPECT_EQ(MinorUnitsPerUnit(GetParam().name), GetParam().units); }
INSTANTIATE_TEST_SUITE_P(Currencies, MinorUnitsTest,
                         testing::Values(Currency{"EUR", 100}, Currency{"USD", 100}, Currency{"AED", 100},
                                         Currency{"ZAR", 100}, Currency{"JPY", 1}, Currency{"XPF", 1},
                                         Currency{"BIF", 1}, Currency{"KWD", 1000}, Currency{"TND", 1000},
                                         Currency{"eur", 0}, Currency{"XXX", 0}, Currency{"", 0}, Currency{"EU", 0}));

}  // namespace
}  // namespace ordermesh::domain
