#include "libs/wire/json_reader.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::wire {
namespace {

using ordermesh::testing::StatusIs;

bool Skips(absl::string_view text) {
  JsonReader in(text);
  in.Skip();
  return in.Finish().ok();
}

TEST(JsonReaderTest, ReadsObjectsAndArrays) {
  JsonReader in(R"( { "a" : [ 1 , -2, "3" ] , "b":{"c":null,"d":true}, "e":"x" } )");
  std::vector<std::int64_t> numbers;
  std::string names, text;
  in.Object([&](absl::string_view name) {
    absl::StrAppend(&names, name);
    if (name == "a") {
      in.Array([&] { numbers.push_back(in.Integer()); });
    } else if (name == "e") {
      text = in.String();
    } else {
      in.Skip();
    }
  });
  EXPECT_TRUE(in.Finish().ok());
  EXPECT_THAT(numbers, ::testing::ElementsAre(1, -2, 3));
  EXPECT_EQ(names, "abe");
  EXPECT_EQ(text, "x");
}

struct Text {
  std::string json, expected;
};
class JsonStringTest : public ::testing::TestWithParam<Text> {};
TEST_P(JsonStringTest, IsRead) {
  JsonReader in(GetParam().json);
  EXPECT_EQ(in.String(), GetParam().expected);
  EXPECT_TRUE(in.Finish().ok());
}
INSTANTIATE_TEST_SUITE_P(Strings, JsonStringTest,
                         ::testing::Values(Text{R"("")", ""}, Text{R"("a b")", "a b"},
                                           Text{R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
                                           Text{R"("\u00fc\u20AC")", "\u00fc\u20ac"},
                                           Text{R"("\ud83d\ude00")", "\U0001F600"}, Text{"\"\u00fc\"", "\u00fc"},
                                           Text{R"("a\u0000b")", std::string("a\0b", 3)}));

class GoodJsonTest : public ::testing::TestWithParam<const char*> {};
TEST_P(GoodJsonTest, IsTaken) { EXPECT_TRUE(Skips(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Values, GoodJsonTest,
                         ::testing::Values("null", "true", "false", "0", "-0", "-1.5e+10", "1E5", "\"x\"", "[]", "{}",
                                           " [ ] ", "[[],{}]", "{\"\":0}", "\t\r\n 1 "));

class BadJsonTest : public ::testing::TestWithParam<std::string> {};
TEST_P(BadJsonTest, IsRefused) {
  EXPECT_FALSE(Skips(GetParam())) << GetParam();
  JsonReader in(GetParam());
  in.Skip();
  EXPECT_THAT(in.Finish(), StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("byte")));
}
INSTANTIATE_TEST_SUITE_P(Values, BadJsonTest,
                         ::testing::Values("", " ", "nul", "nulll", "True", "01", "-", "+1", "1.", ".5", "1e", "0x1",
                                           "NaN", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"",
                                           "\"\\ud800x\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\n\"", "\"\xFF\"",
                                           "\"\xC0\xAF\"", "'x'", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{",
                                           "{1:2}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1", "{a:1}", "1 2",
                                           "{} {}", std::string("1\0", 2), std::string("\0", 1), "// x\n1",
                                           std::string(33, '[') + std::string(33, ']')));

TEST(JsonReaderTest, TakesThirtyTwoLevels) { EXPECT_TRUE(Skips(std::string(32, '[') + std::string(32, ']'))); }

TEST(JsonReaderTest, ADeepOneDoesNotOverflowTheStack) { EXPECT_FALSE(Skips(std::string(10'000'000, '['))); }

struct Number {
  std::string json;
  bool good;
  std::int64_t expected = 0;
};
class JsonIntegerTest : public ::testing::TestWithParam<Number> {};
TEST_P(JsonIntegerTest, IsReadOrRefused) {
  JsonReader in(GetParam().json);
  EXPECT_EQ(in.Integer(), GetParam().expected);
  EXPECT_EQ(in.Finish().ok(), GetParam().good);
}
INSTANTIATE_TEST_SUITE_P(Numbers, JsonIntegerTest,
                         ::testing::Values(Number{"7", true, 7}, Number{"\"7\"", true, 7}, Number{"-7", true, -7},
                                           Number{"9223372036854775807", true, 9223372036854775807},
                                           Number{"9223372036854775808", false}, Number{"\"\"", false},
                                           Number{"\" 7\"", false}, Number{"\"7 \"", false}, Number{"\"+7\"", false},
                                           Number{"7.5", false}, Number{"1e2", false}, Number{"true", false},
                                           Number{"[]", false}, Number{"\"0x7\"", false}, Number{"null", false}));

TEST(JsonReaderTest, StopsAtTheFirstError) {
  JsonReader in(R"({"a":1,"b":2,"c":3})");
  int calls = 0;
  in.Object([&](absl::string_view) {
    ++calls;
    in.Skip();
    if (calls == 2) in.Fail("enough");
  });
  EXPECT_EQ(calls, 2);
  EXPECT_THAT(in.Finish(), StatusIs(absl::StatusCode::kInvalidArgument, "JSON at byte 12: enough"));
}

// Whatever is done to a message: it never crashes, and what it takes, Protobuf's own reader takes. (Not the other way
// round: Protobuf also takes single quotes, names without any, and commas at the end.)
TEST(JsonReaderTest, AgreesWithProtobufOnMutations) {
  const std::string good = R"({"a":[1,-2.5e3,"x\u00fc\n"],"b":{"c":null,"d":true},"e":"\ud83d\ude00"})";
  std::uint64_t seed = 7;
  int taken = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = good;
    for (int change = 0; change < 2; ++change) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      const std::size_t at = (seed >> 33) % text.size();
      const char with = "{}[]\",:\\u0123eE+-.tfn x\xC3\xBC"[(seed >> 20) % 26];
      if ((seed >> 13) % 3 == 0) {
        text.erase(at, 1);
      } else if ((seed >> 13) % 3 == 1) {
        text.insert(at, 1, with);
      } else {
        text[at] = with;
      }
    }
    if (!Skips(text)) continue;
    ++taken;
    google::protobuf::Struct parsed;
    const auto theirs = google::protobuf::util::JsonStringToMessage(text, &parsed);
    // A Struct, unlike a message, may not have a name twice.
    if (std::string(theirs.message()).find("map key") != std::string::npos) continue;
    EXPECT_TRUE(theirs.ok()) << theirs.ToString() << ": " << text;
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace ordermesh::wire
