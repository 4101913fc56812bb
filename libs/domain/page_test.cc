#include "libs/domain/page.h"

#include <limits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

PagePosition APosition() {
  std::array<std::uint8_t, 16> id{};
  for (std::uint8_t i = 0; i < 16; ++i) id[i] = i;
  return {absl::FromUnixMicros(1'795'000'000'123'456), base::Uuid(id)};
}

TEST(PageTest, SizesAreCoercedUpwardsOnly) {
  EXPECT_EQ(*PageSize(0), 20);
  EXPECT_EQ(*PageSize(1), 1);
  EXPECT_EQ(*PageSize(100), 100);
  EXPECT_EQ(*PageSize(std::numeric_limits<std::int32_t>::max()), 100);
  EXPECT_EQ(RefusalOf(PageSize(-1).status()).reason, reasons::kPageSizeNegative);
}

TEST(PageTest, SkipIsBounded) {
  EXPECT_EQ(*Skip(0), 0);
  EXPECT_EQ(*Skip(10'000), 10'000);
  EXPECT_EQ(RefusalOf(Skip(10'001).status()).reason, reasons::kSkipOutOfRange);
  EXPECT_EQ(RefusalOf(Skip(-1).status()).reason, reasons::kSkipOutOfRange);
}

TEST(PageTest, EndsWhereItsRowsOrItsBytesEnd) {
  struct Case {
    std::vector<std::size_t> rows;
    std::size_t most_rows, expected;
  };
  for (const Case& c : {Case{{}, 3, 0}, Case{{1, 1, 1}, 3, 3}, Case{{1, 1, 1, 1}, 3, 3}, Case{{50, 50, 1}, 3, 2},
                        Case{{50, 51, 1}, 3, 1}, Case{{101, 1}, 3, 1}, Case{{100}, 3, 1}, Case{{0, 100, 0, 0}, 9, 4}}) {
    EXPECT_EQ(RowsOfPage(c.rows, c.most_rows, 100, [](std::size_t bytes) { return bytes; }), c.expected);
  }
}

TEST(PageTokenTest, GivesItsPositionBack) {
  const std::string token = MakePageToken(APosition(), {"orders", "default", "CUST-0001"});
  EXPECT_EQ(*ReadPageToken(token, {"orders", "default", "CUST-0001"}), APosition());
  EXPECT_EQ(token.find_first_of("+/="), std::string::npos) << "must stand in a URL: " << token;
}

TEST(PageTokenTest, KeepsTimesBefore1970) {
  PagePosition early = APosition();
  early.time = absl::FromUnixMicros(-1);
  EXPECT_EQ(*ReadPageToken(MakePageToken(early, {"q"}), {"q"}), early);
}

TEST(PageTokenTest, OfAnotherQueryIsRefused) {
  const std::string token = MakePageToken(APosition(), {"orders", "default", "ab"});
  const auto reason = [&](std::initializer_list<absl::string_view> query) {
    return RefusalOf(ReadPageToken(token, query).status()).reason;
  };
  EXPECT_EQ(reason({"orders", "default", "ac"}), reasons::kPageTokenInvalid);
  EXPECT_EQ(reason({"orders", "default"}), reasons::kPageTokenInvalid);
  EXPECT_EQ(reason({"orders", "default", "ab", ""}), reasons::kPageTokenInvalid);
  EXPECT_EQ(reason({"orders", "defaulta", "b"}), reasons::kPageTokenInvalid);
  EXPECT_EQ(reason({"notifications", "default", "ab"}), reasons::kPageTokenInvalid);
  EXPECT_EQ(reason({}), reasons::kPageTokenInvalid);
}

TEST(PageTokenTest, ChangedAnywhereIsRefused) {
  const std::string token = MakePageToken(APosition(), {"q"});
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto position = ReadPageToken(changed, {"q"});
    // The last character carries bits that mean nothing.
    if (position.ok()) {
      EXPECT_EQ(i + 1, token.size());
      EXPECT_EQ(*position, APosition());
    }
    EXPECT_FALSE(ReadPageToken(token.substr(0, i), {"q"}).ok()) << i;
  }
}

TEST(PageTokenTest, IsNoLongerThanItsLimit) {
  PagePosition late = APosition();
  late.time = absl::FromUnixMicros(std::numeric_limits<std::int64_t>::max());
  const std::string token = MakePageToken(late, {"q"});
  EXPECT_LE(token.size(), kMaxPageTokenBytes);
  EXPECT_FALSE(ReadPageToken(absl::StrCat(token, std::string(kMaxPageTokenBytes, ' ')), {"q"}).ok());
}

TEST(PageTokenTest, GarbageIsRefused) {
  for (absl::string_view garbage : {"", "x", "!!!!", "AAAA", "token with spaces", "\xFF\xFE", "BQEBAQEB"}) {
    EXPECT_FALSE(ReadPageToken(garbage, {"q"}).ok()) << garbage;
  }
}

}  // namespace
}  // namespace ordermesh::domain
