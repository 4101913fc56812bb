#include "libs/api/filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::api {
namespace {

using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;

// The problem that is told of this field.
std::string ProblemOf(const absl::Status& status, absl::string_view field) {
  const domain::Refusal refusal = domain::RefusalOf(status);
  EXPECT_EQ(refusal.reason, domain::reasons::kFilterMalformed);
  if (refusal.violations.size() != 1) return "";
  EXPECT_EQ(refusal.violations[0].field, field);
  return refusal.violations[0].description;
}

TEST(TextFilterTest, IsBoundedInBytes) {
  EXPECT_THAT(CheckTextFilter("sku", "", 4), IsOk());
  EXPECT_THAT(CheckTextFilter("sku", "\u00e4\u00e4", 4), IsOk());
  EXPECT_EQ(ProblemOf(CheckTextFilter("sku", "\u00e4\u00e4x", 4), "sku"), "is too long");
  EXPECT_EQ(ProblemOf(CheckTextFilter("sku", absl::string_view("a\0b", 3), 4), "sku"), "contains U+0000");
}

TEST(TextFilterTest, IsBoundedInCharacters) {
  EXPECT_THAT(CheckTextFilterCharacters("prefix", "", 2), IsOk());
  EXPECT_THAT(CheckTextFilterCharacters("prefix", "\u00e4\U0001F4E6", 2), IsOk());
  EXPECT_EQ(ProblemOf(CheckTextFilterCharacters("prefix", "abc", 2), "prefix"), "is too long");
  EXPECT_EQ(ProblemOf(CheckTextFilterCharacters("prefix", absl::string_view("a\0", 2), 2), "prefix"),
            "contains U+0000");
  EXPECT_EQ(ProblemOf(CheckTextFilterCharacters("prefix", "\xFF", 2), "prefix"), "is not valid UTF-8");
}

TEST(LikePrefixTest, MatchesNothingButTheBeginning) {
  EXPECT_EQ(LikePrefix(""), "%");
  EXPECT_EQ(LikePrefix("Hat"), "Hat%");
  EXPECT_EQ(LikePrefix("100%"), R"(100\%%)");
  EXPECT_EQ(LikePrefix("a_b"), R"(a\_b%)");
  EXPECT_EQ(LikePrefix(R"(a\)"), R"(a\\%)");
  EXPECT_EQ(LikePrefix("\u00e4"), "\u00e4%");
}

TEST(ListOrderTest, IsOneOfTheListsColumns) {
  constexpr absl::string_view kColumns[] = {"name", "price"};
  const auto read = [&](absl::string_view text) { return ReadListOrder("order_by", text, kColumns); };
  EXPECT_THAT(read(""), IsOkAndHolds(ListOrder{0, false}));
  EXPECT_THAT(read("name"), IsOkAndHolds(ListOrder{0, false}));
  EXPECT_THAT(read("price"), IsOkAndHolds(ListOrder{1, false}));
  EXPECT_THAT(read("price desc"), IsOkAndHolds(ListOrder{1, true}));
  EXPECT_THAT(read("  price   desc "), IsOkAndHolds(ListOrder{1, true}));
  for (const char* bad : {"colour", "price asc", "price desc desc", "desc", "Name", "name, price", "price,name desc"}) {
    EXPECT_EQ(ProblemOf(read(bad).status(), "order_by"), "is none of name, price, with or without \" desc\" behind it")
        << bad;
  }
}

}  // namespace
}  // namespace ordermesh::api
