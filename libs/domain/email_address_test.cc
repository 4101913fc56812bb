#include "libs/domain/email_address.h"

#include <gtest/gtest.h>

#include <string>

namespace ordermesh::domain {
namespace {

struct Address {
  std::string name, text;
  bool good;
};
class IsEmailAddressTest : public ::testing::TestWithParam<Address> {};
TEST_P(IsEmailAddressTest, TellsGoodFromBad) { EXPECT_EQ(IsEmailAddress(GetParam().text), GetParam().good); }
INSTANTIATE_TEST_SUITE_P(
    Addresses, IsEmailAddressTest,
    ::testing::Values(
        Address{"Plain", "ada@example.com", true}, Address{"Tagged", "ada+shop@example.co.uk", true},
        Address{"Dotted", "a.b.c@x-y.example", true}, Address{"Odd", "!#$%&'*+-/=?^_`{|}~@example.com", true},
        Address{"Digits", "1@2.3", true}, Address{"LongestLocal", std::string(64, 'a') + "@example.com", true},
        Address{"LocalTooLong", std::string(65, 'a') + "@example.com", false},
        Address{"LongestLabel", "a@" + std::string(63, 'b') + ".com", true},
        Address{"LabelTooLong", "a@" + std::string(64, 'b') + ".com", false}, Address{"Empty", "", false},
        Address{"NoAt", "example.com", false}, Address{"OnlyAt", "@", false}, Address{"NoLocal", "@example.com", false},
        Address{"NoDomain", "ada@", false}, Address{"TwoAts", "a@b@example.com", false},
        Address{"NoDot", "ada@example", false}, Address{"DotFirst", ".a@example.com", false},
        Address{"DotLast", "a.@example.com", false}, Address{"TwoDots", "a..b@example.com", false},
        Address{"DomainDotLast", "a@example.com.", false}, Address{"DomainTwoDots", "a@example..com", false},
        Address{"HyphenFirst", "a@-example.com", false}, Address{"HyphenLast", "a@example-.com", false},
        Address{"Space", "a b@example.com", false}, Address{"SpaceBefore", " a@example.com", false},
        Address{"Quoted", "\"a b\"@example.com", false}, Address{"Literal", "a@[127.0.0.1]", false},
        Address{"HeaderInjection", "a@example.com\r\nBcc: b@example.com", false},
        Address{"LineEnd", "a@example.com\n", false},
        Address{"LocalBeyondAscii", "j\u00fcrgen.m\u00fcller@example.com", true},
        Address{"Idn", "ada@b\u00fccher.example", true}, Address{"IdnInAsciiLabels", "ada@xn--bcher-kva.example", true},
        Address{"IdnOfTwoScripts", "\u7528\u6237@\u4f8b\u5b50.\u4e2d\u56fd", true},
        Address{"LocalTooLongInBytes", std::string(63, 'a') + "\u00fc@example.com", false},
        Address{"IdnLabelTooLong", "a@\u00fc" + std::string(63, 'b') + ".com", false},
        Address{"IdnTooLongInAscii",
                std::string(64, 'l') + "@\u00fc" + std::string(50, 'a') + "." + std::string(63, 'b') + "." +
                    std::string(63, 'c') + ".example",
                false},
        Address{"IdnWithoutDot", "a@b\u00fccher", false}, Address{"IdnNotAllowed", "a@\u2603\u00a0.example", false},
        Address{"NotUtf8", "\xFF@example.com", false}, Address{"NotUtf8Domain", "a@\xFF.com", false},
        Address{"Nul", std::string("a\0@example.com", 14), false}, Address{"SpaceAfter", "a@example.com ", false},
        Address{"WideSpace", "a\u3000b@example.com", false},
        Address{"SpaceBeyondAsciiAfter", "a@example.com\u00a0", false},
        Address{"LineSeparator", "a\u2028b@example.com", false}, Address{"C1Control", "a\u0085@example.com", false},
        Address{"RightToLeftOverride", "a\u202eb@example.com", false}, Address{"Named", "Ada <ada@example.com>", false},
        Address{"Comment", "ada(shop)@example.com", false}, Address{"AngleBrackets", "<a@example.com>", false},
        Address{"Two", "a@example.com,b@example.com", false}),
    [](const auto& info) { return info.param.name; });

TEST(WithAsciiDomainTest, WritesTheDomainAsTheMailSystemKnowsIt) {
  EXPECT_EQ(WithAsciiDomain("ada@Example.com"), "ada@Example.com");
  EXPECT_EQ(WithAsciiDomain("ada@b\u00fccher.example"), "ada@xn--bcher-kva.example");
  EXPECT_EQ(WithAsciiDomain("ada@B\u00dcCHER.example"), "ada@xn--bcher-kva.example");
  EXPECT_EQ(WithAsciiDomain("ada@stra\u00dfe.example"), "ada@xn--strae-oqa.example") << "of 2008, not of 2003";
  EXPECT_EQ(WithAsciiDomain("j\u00fcrgen@b\u00fccher.example"), "j\u00fcrgen@xn--bcher-kva.example");
}

TEST(NeedsSmtpUtf8Test, ForTheLocalPartAlone) {
  EXPECT_FALSE(NeedsSmtpUtf8("ada@example.com"));
  EXPECT_FALSE(NeedsSmtpUtf8("ada@b\u00fccher.example"));
  EXPECT_TRUE(NeedsSmtpUtf8("j\u00fcrgen@example.com"));
}

}  // namespace
}  // namespace ordermesh::domain
