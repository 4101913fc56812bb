#include "services/catalog/app/product_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace ordermesh::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ProductContent AProduct() {
  return {.sku = "SKU-1",
          .name = "Chair",
          .description = "Four legs.\nOak.",
          .category = "Kitchen",
          .brand = "Norwick",
          .price = {1999, "EUR"},
          .active = true,
          .attributes = {{"colour", "red"}}};
}

std::string Characters(int count) {  // of two bytes each
  std::string text;
  for (int i = 0; i < count; ++i) text += "ü";
  return text;
}

Attributes ManyAttributes(int count, const std::string& value) {
  Attributes attributes;
  for (int i = 0; i < count; ++i) attributes[absl::StrCat("key", i)] = value;
  return attributes;
}

// "rule field" of each violation.
std::vector<std::string> WhatBreaks(const ProductContent& content) {
  Violations broken;
  CheckSku(content.sku, broken);
  CheckFields(FieldsOf(content), broken);
  std::vector<std::string> rules;
  for (const domain::Violation& violation : broken) rules.push_back(absl::StrCat(violation.rule, " ", violation.field));
  return rules;
}

struct Case {
  const char* name;
  std::function<void(ProductContent&)> change;
  std::vector<std::string> broken;
};
class ProductRulesTest : public ::testing::TestWithParam<Case> {};

TEST_P(ProductRulesTest, TellsWhatIsBroken) {
  ProductContent content = AProduct();
  GetParam().change(content);
  EXPECT_THAT(WhatBreaks(content), ::testing::ElementsAreArray(GetParam().broken));
}

using C = ProductContent;
INSTANTIATE_TEST_SUITE_P(
    All, ProductRulesTest,
    ::testing::Values(
        Case{"Nothing", [](C&) {}, {}},
        Case{"AllThatMayBeEmpty", [](C& c) { c.description = c.category = c.brand = "", c.attributes = {}; }, {}},
        Case{"ASkuOf64Bytes", [](C& c) { c.sku = Characters(32); }, {}},
        Case{"ASkuOf65Bytes", [](C& c) { c.sku = Characters(32) + "x"; }, {"SKU_TOO_LONG sku"}},
        Case{"NoSku", [](C& c) { c.sku = ""; }, {"FIELD_REQUIRED sku"}},
        Case{"ABlankBeforeTheSku", [](C& c) { c.sku = " A"; }, {"SKU_HAS_BLANKS sku"}},
        Case{"ABlankBehindTheSku", [](C& c) { c.sku = "A "; }, {"SKU_HAS_BLANKS sku"}},
        Case{"ABlankWithinTheSku", [](C& c) { c.sku = "A B"; }, {}},
        Case{"AControlInTheSku", [](C& c) { c.sku = "A\tB"; }, {"TEXT_HAS_CONTROL sku"}},
        Case{"ASkuThatIsNoUtf8", [](C& c) { c.sku = "A\xFF"; }, {"TEXT_NOT_UTF8 sku"}},
        Case{"NoName", [](C& c) { c.name = ""; }, {"FIELD_REQUIRED name"}},
        Case{"ANameOf200", [](C& c) { c.name = Characters(200); }, {}},
        Case{"ANameOf201", [](C& c) { c.name = Characters(201); }, {"TEXT_TOO_LONG name"}},
        Case{"ANameOfTwoLines", [](C& c) { c.name = "a\nb"; }, {"TEXT_HAS_CONTROL name"}},
        Case{"ADescriptionOf10000", [](C& c) { c.description = Characters(10'000); }, {}},
        Case{"ADescriptionOf10001", [](C& c) { c.description = Characters(10'001); }, {"TEXT_TOO_LONG description"}},
        Case{"ACategoryOf101", [](C& c) { c.category = Characters(101); }, {"TEXT_TOO_LONG category"}},
        Case{"ABrandOf101", [](C& c) { c.brand = Characters(101); }, {"TEXT_TOO_LONG brand"}},
        Case{"NoPrice", [](C& c) { c.price = {}; }, {"FIELD_REQUIRED price"}},
        Case{"Free", [](C& c) { c.price.minor = 0; }, {}},
        Case{"LessThanFree", [](C& c) { c.price.minor = -1; }, {"PRICE_NEGATIVE price"}},
        Case{"GoldForMoney", [](C& c) { c.price.currency = "XAU"; }, {"CURRENCY_UNKNOWN price.currency_code"}},
        Case{"AHundredAttributes", [](C& c) { c.attributes = ManyAttributes(100, "v"); }, {}},
        Case{"MoreAttributes",
             [](C& c) { c.attributes = ManyAttributes(101, "v"); },
             {"ATTRIBUTES_TOO_MANY attributes"}},
        Case{"AnEmptyKey",
             [](C& c) {
               c.attributes = {{"", "v"}};
             },
             {"ATTRIBUTE_KEY_MALFORMED attributes"}},
        Case{"AKeyOf100",
             [](C& c) {
               c.attributes = {{Characters(100), ""}};
             },
             {}},
        Case{"AKeyOf101",
             [](C& c) {
               c.attributes = {{Characters(101), "v"}};
             },
             {"ATTRIBUTE_KEY_MALFORMED attributes"}},
        Case{"AValueOf1000",
             [](C& c) {
               c.attributes = {{"k", Characters(1000)}};
             },
             {}},
        Case{"ValuesOf1001AreToldOnce",
             [](C& c) {
               c.attributes = {{"k", Characters(1001)}, {"l", Characters(1001)}};
             },
             {"TEXT_TOO_LONG attributes[k]"}},
        Case{"AttributesOf16KiB",
             [](C& c) { c.attributes = ManyAttributes(10, std::string(1000, 'v')), c.attributes["k"] = ""; },
             {}},
        Case{"LargerAttributes",
             [](C& c) { c.attributes = ManyAttributes(17, std::string(1000, 'v')); },
             {"ATTRIBUTES_TOO_LARGE attributes"}}),
    [](const auto& test) { return test.param.name; });

TEST(ProductRulesTest, EverythingIsToldAtOnce) {
  EXPECT_THAT(WhatBreaks({}), ElementsAre("FIELD_REQUIRED sku", "FIELD_REQUIRED name", "FIELD_REQUIRED price"));
}

TEST(ProductRulesTest, APriceThatCouldNotBeReadIsToldAsThat) {
  ProductFields fields{.price = domain::Money(), .broken = {Broken(CatalogRule::kPriceMalformed, "price")}};
  Violations broken;
  CheckFields(fields, broken);
  EXPECT_THAT(broken, ElementsAre(fields.broken[0]));
}

TEST(ProductRulesTest, OnlyWhatIsSetIsChecked) {
  Violations broken;
  CheckFields({}, broken);
  EXPECT_THAT(broken, IsEmpty());
}

TEST(ProductRulesTest, SetsWhatIsSetAndNothingElse) {
  ProductContent content = AProduct();
  SetFields({}, content);
  EXPECT_EQ(content, AProduct());
  ProductFields fields{.description = "", .active = false, .attributes = Attributes()};
  SetFields(fields, content);
  ProductContent expected = AProduct();
  expected.description = "";
  expected.active = false;
  expected.attributes = {};
  EXPECT_EQ(content, expected);
}

// As PostgreSQL writes them; the store's test compares.
TEST(BytesOfTest, CountsJson) {
  EXPECT_EQ(BytesOf({}), 2u);
  EXPECT_EQ(BytesOf({{"a", "b"}}), std::string(R"({"a": "b"})").size());
  EXPECT_EQ(BytesOf({{"a", "\"\\\n"}, {"ü", ""}}), std::string(R"({"a": "\"\\\n", "ü": ""})").size());
}

}  // namespace
}  // namespace ordermesh::catalog
