#include "libs/json/writer.h"

#include <limits>

#include "gtest/gtest.h"

namespace ordermesh::json {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string json;
};
class AppendStringTest : public ::testing::TestWithParam<Case> {};
TEST_P(AppendStringTest, QuotesAtTheEnd) {
  std::string out = "before";
  AppendString(GetParam().text, out);
  EXPECT_EQ(out, "before\"" + GetParam().json + '"');
}

const std::string kBad = "\xEF\xBF\xBD";
INSTANTIATE_TEST_SUITE_P(
    Texts, AppendStringTest,
    ::testing::Values(
        Case{"Empty", "", ""}, Case{"Plain", "abc", "abc"}, Case{"Quote", "\"", "\\\""},
        Case{"Backslash", "\\", "\\\\"}, Case{"Newline", "a\nb", "a\\nb"}, Case{"Return", "\r", "\\r"},
        Case{"Tab", "\t", "\\t"}, Case{"Nul", std::string(1, '\0'), "\\u0000"}, Case{"Escape", "\x1b", "\\u001b"},
        Case{"Delete", "\x7f", "\\u007f"}, Case{"TwoBytes", "\xC3\xA9", "\xC3\xA9"},
        Case{"ThreeBytes", "\xE2\x82\xAC", "\xE2\x82\xAC"}, Case{"FourBytes", "\xF0\x9F\x93\xA6", "\xF0\x9F\x93\xA6"},
        Case{"LoneContinuation", "a\x80z", "a" + kBad + "z"}, Case{"CutShort", "\xE2\x82", kBad + kBad},
        Case{"Overlong", "\xC0\xAF", kBad + kBad}, Case{"OverlongThree", "\xE0\x80\x80", kBad + kBad + kBad},
        Case{"Surrogate", "\xED\xA0\x80", kBad + kBad + kBad},
        Case{"BeyondUnicode", "\xF4\x90\x80\x80", kBad + kBad + kBad + kBad}, Case{"NeverALead", "\xFF", kBad}),
    [](const auto& info) { return info.param.name; });

TEST(ObjectWriterTest, WritesItsFieldsInOrder) {
  std::string out = "x";
  {
    ObjectWriter object(out);
    object.String("text", "\"");
    object.Integer("least", std::numeric_limits<std::int64_t>::min());
    object.Bool("yes", true);
    object.Bool("no", false);
    object.Double("half", 0.5);
    object.String("a\n\xFF", "");
  }
  EXPECT_EQ(out,
            R"(x{"text":"\"","least":-9223372036854775808,"yes":true,"no":false,"half":0.5,"a\n)" + kBad + R"(":""})");
}

TEST(ObjectWriterTest, WhatIsNoFiniteNumberIsNull) {
  std::string out;
  {
    ObjectWriter object(out);
    object.Double("a", std::numeric_limits<double>::infinity());
    object.Double("b", std::numeric_limits<double>::quiet_NaN());
  }
  EXPECT_EQ(out, R"({"a":null,"b":null})");
}

TEST(WriterTest, ValuesNest) {
  std::string out;
  {
    ObjectWriter object(out);
    {
      ArrayWriter array(object.Name("list"));
      array.Next() += "1";
      { ObjectWriter empty(array.Next()); }
      { ArrayWriter empty(array.Next()); }
      ObjectWriter(array.Next()).Integer("n", 2);
    }
    object.Bool("last", true);
  }
  EXPECT_EQ(out, R"({"list":[1,{},[],{"n":2}],"last":true})");
}

}  // namespace
}  // namespace ordermesh::json
