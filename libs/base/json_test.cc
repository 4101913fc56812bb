#include "libs/base/json.h"

#include <gtest/gtest.h>

namespace ordermesh::base {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string json;
};
class JsonStringTest : public ::testing::TestWithParam<Case> {};
TEST_P(JsonStringTest, IsQuoted) { EXPECT_EQ(JsonString(GetParam().text), '"' + GetParam().json + '"'); }

const std::string kBad = "\xEF\xBF\xBD";
INSTANTIATE_TEST_SUITE_P(
    Texts, JsonStringTest,
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

}  // namespace
}  // namespace ordermesh::base
