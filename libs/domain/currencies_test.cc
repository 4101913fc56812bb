#include "libs/domain/currencies.h"

#include <gtest/gtest.h>

namespace ordermesh::domain {
namespace {

TEST(CurrenciesTest, AreSortedAndFound) {
  absl::string_view before;
  for (const Currency& currency : Currencies()) {
    EXPECT_LT(before, currency.code);
    EXPECT_EQ(FindCurrency(currency.code), &currency);
    before = currency.code;
  }
  EXPECT_EQ(FindCurrency("EUR")->digits, 2);
}

TEST(CurrenciesTest, WhatIsNoneIsNotFound) {
  for (const char* code : {"", "EU", "eur", "EURO", "AAA", "ZZZ", "XXX", "XAU"}) {
    EXPECT_EQ(FindCurrency(code), nullptr) << code;
  }
}

}  // namespace
}  // namespace ordermesh::domain
