#include "libs/postgres/params.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "libs/postgres/encoding.h"

namespace ordermesh::postgres {
namespace {

using ::testing::Not;

base::Uuid SomeUuid() { return base::Uuid::Parse("01234567-89ab-cdef-0123-456789abcdef").value(); }

std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }
std::string Joined(absl::string_view spaced) { return absl::StrReplaceAll(spaced, {{" ", ""}}); }

struct ScalarCase {
  const char* name;
  std::function<void(Params&)> add;
  std::uint32_t type;
  const char* bytes;
};

class ScalarTest : public ::testing::TestWithParam<ScalarCase> {};

TEST_P(ScalarTest, HasItsTypeAndBytes) {
  Params params;
  GetParam().add(params);
  ASSERT_EQ(params.size(), 1);
  EXPECT_EQ(params.type(0), GetParam().type);
  EXPECT_FALSE(params.is_null(0));
  EXPECT_EQ(Hex(params.value(0)), Joined(GetParam().bytes));
}

INSTANTIATE_TEST_SUITE_P(
    All, ScalarTest,
    ::testing::Values(
        ScalarCase{"int8", [](Params& p) { p.Int8(258); }, 20, "0000000000000102"},
        ScalarCase{"int8_negative", [](Params& p) { p.Int8(-2); }, 20, "fffffffffffffffe"},
        ScalarCase{"int8_least", [](Params& p) { p.Int8(INT64_MIN); }, 20, "8000000000000000"},
        ScalarCase{"int4", [](Params& p) { p.Int4(65537); }, 23, "00010001"},
        ScalarCase{"int4_negative", [](Params& p) { p.Int4(-1); }, 23, "ffffffff"},
        ScalarCase{"bool_true", [](Params& p) { p.Bool(true); }, 16, "01"},
        ScalarCase{"bool_false", [](Params& p) { p.Bool(false); }, 16, "00"},
        ScalarCase{"text", [](Params& p) { p.Text("a\xC3\xA4"); }, 25, "61c3a4"},
        ScalarCase{"text_empty", [](Params& p) { p.Text(""); }, 25, ""},
        ScalarCase{"bytes", [](Params& p) { p.Bytes(absl::string_view("\0\xFF", 2)); }, 17, "00ff"},
        ScalarCase{"uuid", [](Params& p) { p.Uuid(SomeUuid()); }, 2950, "0123456789abcdef0123456789abcdef"},
        ScalarCase{"timestamp_epoch", [](Params& p) { p.Timestamp(absl::FromUnixSeconds(946684800)); }, 1184,
                   "0000000000000000"},
        ScalarCase{"timestamp_before", [](Params& p) { p.Timestamp(absl::FromUnixMicros(946684800000000 - 1)); }, 1184,
                   "ffffffffffffffff"},
        ScalarCase{"timestamp_infinite", [](Params& p) { p.Timestamp(absl::InfiniteFuture()); }, 1184,
                   "7fffffffffffffff"},
        ScalarCase{"xid8", [](Params& p) { p.Xid8(0xFFFFFFFFFFFFFFFE); }, 5069, "fffffffffffffffe"},
        ScalarCase{"json", [](Params& p) { p.Json("{}"); }, 3802, "01 7b7d"}),
    [](const auto& info) { return info.param.name; });

TEST(ParamsTest, NullHasATypeAndNoBytes) {
  Params params;
  params.Text("before").Null(Type::kUuid).Int4(1);
  EXPECT_EQ(params.type(1), 2950u);
  EXPECT_TRUE(params.is_null(1));
  EXPECT_EQ(params.value(1), "");
  EXPECT_EQ(Hex(params.value(2)), "00000001");
}

struct ArrayCase {
  const char* name;
  Type element;
  std::function<void(Array&)> fill;
  const char* bytes;  // dimensions, has nulls, element; size, lower bound; then length and value of each
};

class ArrayTest : public ::testing::TestWithParam<ArrayCase> {};

TEST_P(ArrayTest, HasPostgresBinaryForm) {
  Array array(GetParam().element);
  GetParam().fill(array);
  EXPECT_EQ(Hex(array.Encode()), Joined(GetParam().bytes));
}

INSTANTIATE_TEST_SUITE_P(
    All, ArrayTest,
    ::testing::Values(
        ArrayCase{"empty", Type::kInt8, [](Array&) {}, "00000000 00000000 00000014"},
        ArrayCase{"int8", Type::kInt8,
                  [](Array& a) {
                    a.Add(1);
                    a.Add(-1);
                  },
                  "00000001 00000000 00000014 00000002 00000001 00000008 0000000000000001 00000008 ffffffffffffffff"},
        ArrayCase{"xid8", Type::kXid8, [](Array& a) { a.Add(7); },
                  "00000001 00000000 000013cd 00000001 00000001 00000008 0000000000000007"},
        ArrayCase{"int4_with_null", Type::kInt4,
                  [](Array& a) {
                    a.AddInt4(5);
                    a.AddNull();
                  },
                  "00000001 00000001 00000017 00000002 00000001 00000004 00000005 ffffffff"},
        ArrayCase{"text_empty_is_not_null", Type::kText,
                  [](Array& a) {
                    a.Add("x");
                    a.Add("");
                  },
                  "00000001 00000000 00000019 00000002 00000001 00000001 78 00000000"},
        ArrayCase{"bytea", Type::kBytea, [](Array& a) { a.Add(absl::string_view("\0", 1)); },
                  "00000001 00000000 00000011 00000001 00000001 00000001 00"},
        ArrayCase{"uuid", Type::kUuid, [](Array& a) { a.Add(SomeUuid()); },
                  "00000001 00000000 00000b86 00000001 00000001 00000010 0123456789abcdef0123456789abcdef"},
        ArrayCase{"timestamptz", Type::kTimestamptz, [](Array& a) { a.Add(absl::FromUnixSeconds(946684801)); },
                  "00000001 00000000 000004a0 00000001 00000001 00000008 00000000000f4240"},
        ArrayCase{"bool", Type::kBool,
                  [](Array& a) {
                    a.AddBool(true);
                    a.AddBool(false);
                  },
                  "00000001 00000000 00000010 00000002 00000001 00000001 01 00000001 00"},
        ArrayCase{"jsonb", Type::kJsonb, [](Array& a) { a.AddJson("1"); },
                  "00000001 00000000 00000eda 00000001 00000001 00000002 01 31"}),
    [](const auto& info) { return info.param.name; });

TEST(ArrayParamTest, IsCopiedWithTheArraysType) {
  Array array(Type::kUuid);
  array.Add(SomeUuid());
  Params params;
  params.Array(array);
  const std::string before(params.value(0));
  array.Clear();
  EXPECT_EQ(params.type(0), 2951u);
  EXPECT_EQ(params.value(0), before);
}

TEST(ArrayParamTest, IsReusableAfterClear) {
  Array array(Type::kInt4);
  array.AddNull();
  const std::string first(array.Encode());
  array.Clear();
  EXPECT_EQ(array.size(), 0);
  array.AddInt4(1);
  EXPECT_EQ(Hex(array.Encode()),
            "000000010000000000000017000000010000000100000004"
            "00000001");
  EXPECT_THAT(std::string(array.Encode()), Not(first));
}

TEST(ArrayParamDeathTest, RefusesAValueOfAnotherType) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Array array(Type::kInt4);
  EXPECT_DEATH(array.Add("text"), "an array of int4 was given a value for text or bytea");
}

TEST(EncodingTest, TimesSurviveTheWay) {
  for (const absl::Time time : {absl::FromUnixMicros(0), absl::FromUnixMicros(1767225600123456), absl::InfiniteFuture(),
                                absl::InfinitePast(), absl::FromUnixMicros(-1)}) {
    EXPECT_EQ(TimestampFromWire(TimestampToWire(time)), time);
  }
}

TEST(TypesTest, EveryTypeHasAnArrayAndAName) {
  for (const Type type : {Type::kBool, Type::kBytea, Type::kInt8, Type::kInt4, Type::kText, Type::kUuid,
                          Type::kTimestamptz, Type::kJsonb, Type::kXid8}) {
    EXPECT_NE(ArrayOf(type), 0u);
    EXPECT_EQ(std::string(TypeName(ArrayOf(type))), std::string(TypeName(static_cast<std::uint32_t>(type))) + "[]");
  }
}

}  // namespace
}  // namespace ordermesh::postgres
