#include "libs/json/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace ordermesh::json {
namespace {

struct Text {
  std::string name, text;
  std::size_t bytes;
};
class CharacterBytesTest : public testing::TestWithParam<Text> {};
TEST_P(CharacterBytesTest, IsTheFirstCharactersLength) {
  EXPECT_EQ(CharacterBytes(GetParam().text), GetParam().bytes);
  // What follows is of no weight.
  const std::string longer = GetParam().text + "\xFF";
  EXPECT_EQ(CharacterBytes(longer), GetParam().bytes);
}
INSTANTIATE_TEST_SUITE_P(
    Texts, CharacterBytesTest,
    testing::Values(Text{"Empty", "", 0}, Text{"Ascii", "n", 1}, Text{"Nul", std::string(1, '\0'), 1},
                    Text{"Highest1", "\x7F", 1}, Text{"Lowest2", "\xC2\x80", 2}, Text{"Highest2", "\xDF\xBF", 2},
                    Text{"Lowest3", "\xE0\xA0\x80", 3}, Text{"BeforeSurrogates", "\xED\x9F\xBF", 3},
                    Text{"AfterSurrogates", "\xEE\x80\x80", 3}, Text{"Highest3", "\xEF\xBF\xBF", 3},
                    Text{"Lowest4", "\xF0\x90\x80\x80", 4}, Text{"Highest4", "\xF4\x8F\xBF\xBF", 4},
                    Text{"BeyondHighest", "\xF4\x90\x80\x80", 0}, Text{"FirstSurrogate", "\xED\xA0\x80", 0},
                    Text{"LastSurrogate", "\xED\xBF\xBF", 0}, Text{"Overlong2", "\xC1\xBF", 0},
                    Text{"Overlong3", "\xE0\x9F\xBF", 0}, Text{"Overlong4", "\xF0\x8F\xBF\xBF", 0},
                    Text{"LoneContinuation", "\x80", 0}, Text{"Cut2", "\xC3", 0}, Text{"Cut3", "\xE2\x82", 0},
                    Text{"Cut4", "\xF0\x9F\x98", 0}, Text{"BadSecond", "\xC3\x28", 0},
                    Text{"BadThird", "\xE2\x82\x28", 0}, Text{"BadFourth", "\xF0\x9F\x98\xC0", 0},
                    Text{"F5", "\xF5\x80\x80\x80", 0}, Text{"NeverALead", "\xFF", 0}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace ordermesh::json
