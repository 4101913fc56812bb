#include "libs/json/reader.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::json {
namespace {

using ordermesh::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Nested(int levels) {
  return std::string(static_cast<std::size_t>(levels), '[') + '1' + std::string(static_cast<std::size_t>(levels), ']');
}

absl::Status Check(absl::string_view text) {
  return Read(text, [](const Value&) {});
}

TEST(ReaderTest, ReadsObjectsAndArrays) {
  std::vector<std::int64_t> numbers;
  std::string names, text;
  EXPECT_TRUE(Read(R"( { "a" : [ 1 , -2, "3" ] , "b":{"c":null,"d":true}, "e":"x" } )", [&](const Value& root) {
                root.Object([&](absl::string_view name, const Value& value) {
                  absl::StrAppend(&names, name);
                  if (name == "a") {
                    value.Array([&](const Value& element) { numbers.push_back(element.Int64()); });
                  } else if (name == "e") {
                    EXPECT_TRUE(value.IsString());
                    text = value.String();
                  } else {
                    EXPECT_FALSE(value.IsString());
                  }
                });
              }).ok());
  EXPECT_THAT(numbers, ::testing::ElementsAre(1, -2, 3));
  EXPECT_EQ(names, "abe");
  EXPECT_EQ(text, "x");
}

TEST(ReaderTest, FieldsOfNullArePassedOverAndElementsAreNot) {
  std::string names;
  int elements = 0;
  EXPECT_TRUE(Read(R"({"a":null,"b":[null,null]})", [&](const Value& root) {
                root.Object([&](absl::string_view name, const Value& value) {
                  absl::StrAppend(&names, name);
                  value.Array([&](const Value&) { ++elements; });
                });
              }).ok());
  EXPECT_EQ(names, "b");
  EXPECT_EQ(elements, 2);
}

TEST(ReaderTest, OfEqualNamesTheLastCounts) {
  std::int64_t last = 0;
  EXPECT_TRUE(Read(R"({"a":1,"b":2,"a":3})", [&](const Value& root) {
                root.Object([&](absl::string_view name, const Value& value) {
                  if (name == "a") last = value.Int64();
                });
              }).ok());
  EXPECT_EQ(last, 3);
}

struct Text {
  std::string json, expected;
};
class StringTest : public ::testing::TestWithParam<Text> {};
TEST_P(StringTest, IsRead) {
  std::string text = "not read";
  EXPECT_TRUE(Read(GetParam().json, [&](const Value& root) { text = root.String(); }).ok());
  EXPECT_EQ(text, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Strings, StringTest,
                         ::testing::Values(Text{R"("")", ""}, Text{R"("a b")", "a b"},
                                           Text{R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
                                           Text{R"("\u00fc\u20AC")", "\u00fc\u20ac"},
                                           Text{R"("\ud83d\ude00")", "\U0001F600"}, Text{"\"\u00fc\"", "\u00fc"},
                                           Text{R"("a\u0000b")", std::string("a\0b", 3)}));

class GoodJsonTest : public ::testing::TestWithParam<const char*> {};
TEST_P(GoodJsonTest, IsTaken) { EXPECT_TRUE(Check(GetParam()).ok()) << Check(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Values, GoodJsonTest,
                         ::testing::Values("null", "true", "false", "0", "-0", "-1.5e+10", "1E5", "\"x\"", "[]", "{}",
                                           " [ ] ", "[[],{}]", "{\"\":0}", "\t\r\n 1 "));

class BadJsonTest : public ::testing::TestWithParam<std::string> {};
TEST_P(BadJsonTest, IsRefused) {
  bool called = false;
  EXPECT_THAT(Read(GetParam(), [&](const Value&) { called = true; }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("JSON: ")));
  EXPECT_FALSE(called);
}
INSTANTIATE_TEST_SUITE_P(Values, BadJsonTest,
                         ::testing::Values("", " ", "nul", "nulll", "True", "01", "-", "+1", "1.", ".5", "1e", "0x1",
                                           "NaN", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
                                           "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\xFF\"",
                                           "\"\xC0\xAF\"", "'x'", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{",
                                           "{1:2}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1", "{a:1}", "1 2",
                                           "{} {}", std::string("1\0", 2), std::string("\0", 1), "// x\n1",
                                           "\xEF\xBB\xBF{}", "\xEF\xBB\xBF", "18446744073709551616000", "1e999",
                                           Nested(kMostDepth + 1)));

TEST(ReaderTest, TakesThirtyTwoLevels) {
  EXPECT_TRUE(Check(Nested(kMostDepth)).ok());
  // The depth stays limited when a longer text makes room anew.
  for (const std::size_t spaces : {10'000, 100'000}) {
    const std::string room(spaces, ' ');
    EXPECT_TRUE(Check(room + Nested(kMostDepth)).ok());
    EXPECT_FALSE(Check(room + Nested(kMostDepth + 1)).ok());
  }
}

TEST(ReaderTest, ADeepOneDoesNotOverflowTheStack) { EXPECT_FALSE(Check(std::string(10'000'000, '[')).ok()); }

TEST(ReaderTest, TakesSixteenMebibytes) {
  EXPECT_TRUE(Check("1" + std::string(kMostBytes - 1, ' ')).ok());
  EXPECT_THAT(Check("1" + std::string(kMostBytes, ' ')),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("too long")));
}

struct Number {
  std::string json;
  bool good;
  std::int64_t expected = 0;
};
class Int64Test : public ::testing::TestWithParam<Number> {};
TEST_P(Int64Test, IsReadOrRefused) {
  std::int64_t number = -99;
  EXPECT_EQ(Read(GetParam().json, [&](const Value& root) { number = root.Int64(); }).ok(), GetParam().good);
  EXPECT_EQ(number, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Numbers, Int64Test,
                         ::testing::Values(Number{"7", true, 7}, Number{"\"7\"", true, 7}, Number{"-7", true, -7},
                                           Number{"9223372036854775807", true, 9223372036854775807},
                                           Number{"9223372036854775808", false}, Number{"\"\"", false},
                                           Number{"\" 7\"", false}, Number{"\"7 \"", false}, Number{"\"+7\"", false},
                                           Number{"7.5", false}, Number{"1e2", false}, Number{"true", false},
                                           Number{"[]", false}, Number{"\"0x7\"", false}, Number{"null", false}));

class Int32Test : public ::testing::TestWithParam<Number> {};
TEST_P(Int32Test, IsReadOrRefused) {
  std::int32_t number = -99;
  EXPECT_EQ(Read(GetParam().json, [&](const Value& root) { number = root.Int32(); }).ok(), GetParam().good);
  EXPECT_EQ(number, GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Numbers, Int32Test,
                         ::testing::Values(Number{"2147483647", true, 2147483647}, Number{"2147483648", false},
                                           Number{"-2147483648", true, -2147483648}, Number{"-2147483649", false},
                                           Number{"\"7\"", true, 7}, Number{"\"2147483648\"", false},
                                           Number{"true", false}));

TEST(ReaderTest, StopsAtTheFirstError) {
  int calls = 0;
  std::int64_t after = 7;
  const absl::Status read = Read(R"({"a":1,"b":2,"c":3})", [&](const Value& root) {
    root.Object([&](absl::string_view, const Value& value) {
      if (++calls != 2) return;
      value.Fail("enough");
      EXPECT_FALSE(value.ok());
      after = value.Int64();
      value.Fail("another");
    });
  });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(after, 0);
  EXPECT_THAT(read, StatusIs(absl::StatusCode::kInvalidArgument, "JSON at b: enough"));
}

TEST(ReaderTest, AnErrorNamesThePlaceAndNoValue) {
  const absl::Status read = Read(R"({"lines":[{"quantity":1},{"quantity":"canary"}]})", [](const Value& root) {
    root.Object([](absl::string_view, const Value& lines) {
      lines.Array(
          [](const Value& line) { line.Object([](absl::string_view, const Value& quantity) { quantity.Int32(); }); });
    });
  });
  EXPECT_THAT(read, StatusIs(absl::StatusCode::kInvalidArgument, "JSON at lines[1].quantity: not a 64-bit integer"));
  EXPECT_THAT(Read("7", [](const Value& root) { root.String(); }),
              StatusIs(absl::StatusCode::kInvalidArgument, "JSON: a string is expected"));
  EXPECT_THAT(Check(R"({"canary" "canary"})"), StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("canary"))));
}

TEST(ReaderTest, AnotherTextIsReadMeanwhile) {
  std::int64_t inner = 0, outer = 0;
  EXPECT_TRUE(Read("[1]", [&](const Value& root) {
                EXPECT_TRUE(Read("[2]", [&](const Value& other) {
                              other.Array([&](const Value& value) { inner = value.Int64(); });
                            }).ok());
                root.Array([&](const Value& value) { outer = value.Int64(); });
              }).ok());
  EXPECT_EQ(inner, 2);
  EXPECT_EQ(outer, 1);
}

TEST(ReaderTest, ThreadsReadBesideEachOther) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (int round = 0; round < 200; ++round) {
        std::int64_t sum = 0;
        std::string text = "[0";
        for (int i = 0; i < 10 * round; ++i) absl::StrAppend(&text, ",", thread);
        ASSERT_TRUE(Read(text + "]", [&](const Value& root) {
                      root.Array([&](const Value& value) { sum += value.Int64(); });
                    }).ok());
        ASSERT_EQ(sum, 10 * round * thread);
      }
    });
  }
}

}  // namespace
}  // namespace ordermesh::json
