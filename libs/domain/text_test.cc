#include "libs/domain/text.h"

#include <string>

#include "gtest/gtest.h"

namespace ordermesh::domain {
namespace {

struct Text {
  std::string name, text;
  std::optional<std::int64_t> characters;
};
class CountCharactersTest : public testing::TestWithParam<Text> {};
TEST_P(CountCharactersTest, CountsOrRefuses) { EXPECT_EQ(CountCharacters(GetParam().text), GetParam().characters); }
INSTANTIATE_TEST_SUITE_P(
    Texts, CountCharactersTest,
    testing::Values(Text{"Empty", "", 0}, Text{"Ascii", "note", 4}, Text{"TwoBytes", "\u00fc\u00fc", 2},
                    Text{"ThreeBytes", "\u20ac", 1}, Text{"FourBytes", "\U0001F600!", 2},
                    Text{"Nul", std::string("a\0b", 3), 3}, Text{"Highest", "\xF4\x8F\xBF\xBF", 1},
                    Text{"BeyondHighest", "\xF4\x90\x80\x80", {}}, Text{"LowSurrogate", "\xED\xA0\x80", {}},
                    Text{"BeforeSurrogates", "\xED\x9F\xBF", 1}, Text{"OverlongTwo", "\xC0\xAF", {}},
                    Text{"OverlongThree", "\xE0\x80\xAF", {}}, Text{"OverlongFour", "\xF0\x80\x80\xAF", {}},
                    Text{"LoneContinuation", "\x80", {}}, Text{"CutTwo", "\xC3", {}}, Text{"CutThree", "\xE2\x82", {}},
                    Text{"CutFour", "\xF0\x9F\x98", {}}, Text{"BadSecond", "\xC3\x28", {}},
                    Text{"BadThird", "\xE2\x82\x28", {}}, Text{"NeverALead", "\xFF", {}},
                    Text{"F5", "\xF5\x80\x80\x80", {}}),
    [](const auto& info) { return info.param.name; });

TEST(FilterProblemTest, SaysWhatIsWrong) {
  EXPECT_EQ(FilterProblem("", 2), "");
  EXPECT_EQ(FilterProblem("ab", 2), "");
  EXPECT_EQ(FilterProblem("abc", 2), "is too long");
  EXPECT_EQ(FilterProblem(absl::string_view("\0", 1), 2), "contains U+0000");
}

TEST(FirstCharactersTest, CutsBetweenCharacters) {
  EXPECT_EQ(FirstCharacters("", 2), "");
  EXPECT_EQ(FirstCharacters("ab", 2), "ab");
  EXPECT_EQ(FirstCharacters("abc", 2), "ab");
  EXPECT_EQ(FirstCharacters("abc", 0), "");
  EXPECT_EQ(FirstCharacters("\u00e4\u20ac\U0001F9E6", 2), "\u00e4\u20ac");
  EXPECT_EQ(FirstCharacters("\U0001F9E6\u20ac", 1), "\U0001F9E6");
}

TEST(HasControlCharactersTest, KnowsBothBlocksAndWhatIsAllowed) {
  EXPECT_FALSE(HasControlCharacters("a b~"));
  EXPECT_FALSE(HasControlCharacters("\u00a0\u00e4\u20ac\u2085\U0001F9E6"));
  for (const char* text : {"\x01", "a\n", "\x1F", "\x7F", "\u0080", "a\u009f"}) EXPECT_TRUE(HasControlCharacters(text));
  EXPECT_TRUE(HasControlCharacters(absl::string_view("\0", 1)));
  EXPECT_FALSE(HasControlCharacters("a\n\tb", "\t\n"));
  EXPECT_TRUE(HasControlCharacters("a\r\nb", "\t\n"));
}

TEST(IsVisibleAsciiTest, KnowsItsBounds) {
  EXPECT_TRUE(IsVisibleAscii("!~", 2));
  EXPECT_FALSE(IsVisibleAscii("", 2));
  EXPECT_FALSE(IsVisibleAscii("abc", 2));
  EXPECT_FALSE(IsVisibleAscii("a b", 8));
  EXPECT_FALSE(IsVisibleAscii("\x7F", 8));
  EXPECT_FALSE(IsVisibleAscii("\u00e4", 8));
}

}  // namespace
}  // namespace ordermesh::domain
