#include "libs/api/money_range.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::api {
namespace {

using ::google::type::Money;

Money Of(const std::string& currency, std::int64_t units, std::int32_t nanos = 0) {
  Money money;
  money.set_currency_code(currency);
  money.set_units(units);
  money.set_nanos(nanos);
  return money;
}

void ExpectRefused(const absl::Status& status, absl::string_view field, absl::string_view problem) {
  const domain::Refusal refusal = domain::RefusalOf(status);
  EXPECT_EQ(refusal.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(refusal.reason, domain::reasons::kFilterMalformed);
  ASSERT_EQ(refusal.violations.size(), 1u);
  EXPECT_EQ(refusal.violations[0].field, field);
  EXPECT_EQ(refusal.violations[0].description, problem);
}

TEST(MoneyRangeTest, IsInMinorUnitsOfItsCurrency) {
  const Money low = Of("EUR", 1, 500'000'000), high = Of("EUR", 20), yen = Of("JPY", 300);
  auto range = ReadMoneyRange({"price_from", &low}, {"price_before", &high});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->currency, "EUR");
  EXPECT_EQ(range->from_minor, 150);
  EXPECT_EQ(range->before_minor, 2000);
  range = ReadMoneyRange({"price_from", &yen}, {"price_before"});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->currency, "JPY");
  EXPECT_EQ(range->from_minor, 300);
  EXPECT_FALSE(range->before_minor.has_value());
}

TEST(MoneyRangeTest, IsOpenWhereNothingIsGiven) {
  const Money high = Of("EUR", 20);
  auto range = ReadMoneyRange({"price_from"}, {"price_before"});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->currency, "");
  EXPECT_FALSE(range->from_minor.has_value() || range->before_minor.has_value());
  range = ReadMoneyRange({"price_from"}, {"price_before", &high});
  ASSERT_TRUE(range.ok()) << range.status();
  EXPECT_EQ(range->currency, "EUR");
  EXPECT_FALSE(range->from_minor.has_value());
  EXPECT_EQ(range->before_minor, 2000);
}

TEST(MoneyRangeTest, WhatMakesNoSenseIsRefused) {
  const Money low = Of("EUR", 1), high = Of("EUR", 2), dollars = Of("USD", 5);
  const auto refused = [](const Money& from, const Money& before) {
    return ReadMoneyRange({"price_from", &from}, {"price_before", &before}).status();
  };
  ExpectRefused(refused(low, dollars), "price_before", "has another currency than price_from");
  ExpectRefused(refused(low, low), "price_before", "is not more than price_from");
  ExpectRefused(refused(high, low), "price_before", "is not more than price_from");
  ExpectRefused(refused(Of("euro", 1), high), "price_from", "not a currency of ISO 4217");
  ExpectRefused(refused(Money(), high), "price_from", "not a currency of ISO 4217");
  ExpectRefused(refused(low, Of("EUR", 2, 1)), "price_before", "finer than a minor unit of EUR");
  ExpectRefused(refused(low, Of("EUR", 2, -10'000'000)), "price_before", "units and nanos have different signs");
  ExpectRefused(refused(low, Of("EUR", std::numeric_limits<std::int64_t>::max())), "price_before",
                "does not fit into 64 bits");
}

}  // namespace
}  // namespace ordermesh::api
