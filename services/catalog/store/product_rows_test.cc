#include "services/catalog/store/product_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ordermesh::catalog {
namespace {

using ::testing::IsEmpty;

TEST(AttributesJsonTest, ComesBackAsItWas) {
  for (const Attributes& attributes :
       {Attributes(), Attributes{{"colour", "red"}}, Attributes{{"\"", "\\"}, {"ü", "two\nlines"}, {"k", ""}}}) {
    EXPECT_EQ(AttributesFromJson(AttributesToJson(attributes)), attributes);
  }
  EXPECT_EQ(AttributesToJson({{"a", "b"}, {"c", "d"}}), R"({"a":"b","c":"d"})");
}

TEST(AttributesJsonTest, WhatIsNoTextIsPassedOver) {
  EXPECT_EQ(AttributesFromJson(R"({"a": 1, "b": "c", "d": {"e": "f"}, "g": null})"), (Attributes{{"b", "c"}}));
  EXPECT_THAT(AttributesFromJson("[1]"), IsEmpty());
}

}  // namespace
}  // namespace ordermesh::catalog
