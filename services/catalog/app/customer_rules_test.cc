#include "services/catalog/app/customer_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/domain/limits.h"

namespace ordermesh::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::vector<std::string> Texts(const Violations& broken) {
  std::vector<std::string> texts;
  for (const domain::Violation& violation : broken) texts.push_back(absl::StrCat(violation.field, " ", violation.rule));
  return texts;
}

struct IdCase {
  const char* name;
  std::string id;
  bool good;
};
class CustomerIdTest : public ::testing::TestWithParam<IdCase> {};

TEST_P(CustomerIdTest, IsOfTheGrammarOrNot) {
  Violations broken;
  CheckCustomerId(GetParam().id, broken);
  EXPECT_THAT(Texts(broken), ElementsAreArray(GetParam().good ? std::vector<std::string>{}
                                                              : std::vector<std::string>{"id CUSTOMER_ID_MALFORMED"}));
}

INSTANTIATE_TEST_SUITE_P(All, CustomerIdTest,
                         ::testing::Values(IdCase{"Sample", "CUST-0001", true}, IdCase{"OneLetter", "a", true},
                                           IdCase{"EveryKind", "9a_B.c-d.", true},
                                           IdCase{"Longest", std::string(64, 'x'), true}, IdCase{"Empty", "", false},
                                           IdCase{"TooLong", std::string(65, 'x'), false}, IdCase{"Dot", ".", false},
                                           IdCase{"Dots", "..", false}, IdCase{"BeginsWithDash", "-a", false},
                                           IdCase{"Slash", "a/b", false}, IdCase{"Colon", "a:b", false},
                                           IdCase{"Blank", "a b", false}, IdCase{"Umlaut", "K\u00f6ln", false},
                                           IdCase{"Nul", std::string("a\0b", 3), false}),
                         [](const auto& test) { return test.param.name; });

struct FieldsCase {
  const char* name;
  CustomerFields fields;
  std::vector<std::string> broken;
};
class CustomerFieldsTest : public ::testing::TestWithParam<FieldsCase> {};

TEST_P(CustomerFieldsTest, EveryRuleThatIsBrokenIsNamed) {
  Violations broken;
  CheckFields(GetParam().fields, broken);
  EXPECT_THAT(Texts(broken), ElementsAreArray(GetParam().broken));
}

INSTANTIATE_TEST_SUITE_P(
    All, CustomerFieldsTest,
    ::testing::Values(
        FieldsCase{"Nothing", {}, {}},
        FieldsCase{"Good", {.name = "Ada Lovelace", .email = "ada@example.com", .active = false}, {}},
        FieldsCase{"NoAddress", {.email = ""}, {}}, FieldsCase{"NoName", {.name = ""}, {"name FIELD_REQUIRED"}},
        FieldsCase{"LongestName", {.name = std::string(200, 'n')}, {}},
        FieldsCase{"NameTooLong", {.name = std::string(201, 'n')}, {"name TEXT_TOO_LONG"}},
        FieldsCase{"NameOfTwoLines", {.name = "Ada\nLovelace"}, {"name TEXT_HAS_CONTROL"}},
        FieldsCase{
            "NotUtf8", {.name = "\xFF", .email = "\xFF@example.com"}, {"name TEXT_NOT_UTF8", "email EMAIL_MALFORMED"}},
        FieldsCase{"NoDomain", {.email = "ada"}, {"email EMAIL_MALFORMED"}},
        FieldsCase{"WithItsName", {.email = "Ada <ada@example.com>"}, {"email EMAIL_MALFORMED"}},
        FieldsCase{"AddressTooLong", {.email = std::string(250, 'a') + "@b.de"}, {"email EMAIL_TOO_LONG"}},
        FieldsCase{"Both", {.name = "", .email = "@"}, {"name FIELD_REQUIRED", "email EMAIL_MALFORMED"}}),
    [](const auto& test) { return test.param.name; });

TEST(CustomerFieldsTest, WhatIsNotSetStays) {
  const CustomerContent before{.name = "Ada", .email = "ada@example.com", .active = false, .order_updates = false};
  CustomerContent content = before;
  SetFields({}, content);
  EXPECT_EQ(content, before);
  SetFields({.email = "", .order_updates = true}, content);
  EXPECT_EQ(content, (CustomerContent{.name = "Ada", .email = "", .active = false, .order_updates = true}));
  CustomerContent other;
  SetFields(FieldsOf(before), other);
  EXPECT_EQ(other, before);
}

}  // namespace
}  // namespace ordermesh::catalog
