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

struct Expected {
  const char* name;
  int units;
};
class MinorUnitsTest : public testing::TestWithParam<Expected> {};
TEST_P(MinorUnitsTest, AreThoseOfIso4217) { EXPECT_EQ(MinorUnitsPerUnit(GetParam().name), GetParam().units); }
INSTANTIATE_TEST_SUITE_P(Currencies, MinorUnitsTest,
                         testing::Values(Expected{"EUR", 100}, Expected{"USD", 100}, Expected{"AED", 100},
                                         Expected{"ZAR", 100}, Expected{"JPY", 1}, Expected{"XPF", 1},
                                         Expected{"BIF", 1}, Expected{"KWD", 1000}, Expected{"TND", 1000},
                                         Expected{"CLF", 10000}, Expected{"UYW", 10000}, Expected{"UYI", 1},
                                         Expected{"ZMW", 100}, Expected{"VED", 100}, Expected{"XCG", 100},
                                         Expected{"ZWG", 100}, Expected{"BOV", 100}, Expected{"ANG", 100},
                                         Expected{"XAU", 0}, Expected{"XTS", 0}, Expected{"eur", 0}, Expected{"XXX", 0},
                                         Expected{"", 0}, Expected{"EU", 0}));

}  // namespace
}  // namespace ordermesh::domain
