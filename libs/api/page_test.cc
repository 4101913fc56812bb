#include "libs/api/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;
using ::ordermesh::testing::IsOkAndHolds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr KeyKind kEvery[] = {KeyKind::kText, KeyKind::kNumber, KeyKind::kTime, KeyKind::kUuid};

base::Uuid AnId() {
  std::array<std::uint8_t, base::Uuid::kBytes> id{};
  for (std::uint8_t i = 0; i < id.size(); ++i) id[i] = i;
  return base::Uuid(id);
}

absl::Time ATime() { return absl::FromUnixMicros(1'795'000'000'123'456); }

PagePosition APosition() { return {.keys = {std::string("Hat, \u00e4rgerlich"), std::int64_t{-7}, ATime(), AnId()}}; }

std::string ReasonOf(const absl::Status& status) { return domain::RefusalOf(status).reason; }

std::string ReasonOf(absl::string_view token, const ListQuery& query,
                     absl::Span<const KeyKind> kinds = TimeAndId::kKinds, Ways ways = Ways::kForwards) {
  return ReasonOf(ReadPageToken(token, query, kinds, ways).status());
}

TEST(PageTest, SizesAreCoercedUpwardsOnly) {
  EXPECT_EQ(*PageSize(0), 20);
  EXPECT_EQ(*PageSize(1), 1);
  EXPECT_EQ(*PageSize(100), 100);
  EXPECT_EQ(*PageSize(std::numeric_limits<std::int32_t>::max()), 100);
  EXPECT_EQ(ReasonOf(PageSize(-1).status()), reasons::kPageSizeNegative);
}

TEST(PageTest, SkipIsBounded) {
  EXPECT_EQ(*Skip(0), 0);
  EXPECT_EQ(*Skip(10'000), 10'000);
  EXPECT_EQ(ReasonOf(Skip(10'001).status()), reasons::kSkipOutOfRange);
  EXPECT_EQ(ReasonOf(Skip(-1).status()), reasons::kSkipOutOfRange);
}

TEST(PageTest, EveryRefusalNamesItsField) {
  const struct {
    absl::Status status;
    const char* field;
  } cases[] = {{PageSize(-1).status(), "page_size"},
               {Skip(-1).status(), "skip"},
               {ReadPageToken("forged", ListQuery("orders"), TimeAndId::kKinds).status(), "page_token"}};
  for (const auto& c : cases) {
    const domain::Refusal refusal = domain::RefusalOf(c.status);
    ASSERT_EQ(refusal.violations.size(), 1u) << c.field;
    EXPECT_EQ(refusal.violations[0].field, c.field);
    EXPECT_EQ(refusal.violations[0].rule, refusal.reason);
  }
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
  const ListQuery query = ListQuery("products").Add("Hat");
  for (const bool backwards : {false, true}) {
    PagePosition position = APosition();
    position.backwards = backwards;
    const std::string token = MakePageToken(position, query);
    EXPECT_THAT(ReadPageToken(token, query, kEvery, Ways::kBoth), IsOkAndHolds(position));
    EXPECT_EQ(token.find_first_of("+/="), std::string::npos) << "must stand in a URL: " << token;
  }
}

TEST(PageTokenTest, KeepsExtremeValues) {
  using Limits = std::numeric_limits<std::int64_t>;
  const ListQuery query("q");
  for (const PageKeys& keys :
       {PageKeys{std::string(), Limits::min(), absl::FromUnixMicros(-1), base::Uuid()},
        PageKeys{std::string(domain::kMaxProductNameCharacters * 4, 'n'), Limits::max(),
                 absl::FromUnixMicros(253'402'300'799'999'999), AnId()},
        PageKeys{std::string("\t"), std::int64_t{0}, absl::FromUnixSeconds(-62'135'596'800), AnId()}}) {
    EXPECT_THAT(ReadPageToken(MakePageToken({keys}, query), query, kEvery), IsOkAndHolds(PagePosition{keys}));
  }
}

TEST(PageTokenTest, OfAnotherQueryIsRefused) {
  const PagePosition position{TimeAndId{ATime(), AnId()}.keys()};
  const std::string token = MakePageToken(position, ListQuery("orders").Add("default").Add("ab"));
  EXPECT_EQ(ReasonOf(token, ListQuery("orders").Add("default").Add("ab")), "");
  for (const ListQuery& other :
       {ListQuery("orders").Add("default").Add("ac"), ListQuery("orders").Add("default"),
        ListQuery("orders").Add("default").Add("ab").Add(""), ListQuery("orders").Add("defaulta").Add("b"),
        ListQuery("orders").Add("default").Add("ab").Add(0), ListQuery("notifications").Add("default").Add("ab"),
        ListQuery("")}) {
    EXPECT_EQ(ReasonOf(token, other), reasons::kPageTokenInvalid);
  }
}

TEST(PageTokenTest, WhatIsNotFilteredByDiffersFromEveryValue) {
  using Time = std::optional<absl::Time>;
  using Id = std::optional<base::Uuid>;
  const PagePosition position{TimeAndId{ATime(), AnId()}.keys()};
  const std::string token = MakePageToken(position, ListQuery("q").Add(Time()).Add(Id()));
  EXPECT_EQ(ReasonOf(token, ListQuery("q").Add(Time()).Add(Id())), "");
  EXPECT_EQ(ReasonOf(token, ListQuery("q").Add(Time(absl::UnixEpoch())).Add(Id())), reasons::kPageTokenInvalid);
  EXPECT_EQ(ReasonOf(token, ListQuery("q").Add(Time()).Add(Id(base::Uuid()))), reasons::kPageTokenInvalid);
}

TEST(PageTokenTest, ChangedAnywhereIsRefused) {
  const ListQuery query("q");
  const PagePosition position{TimeAndId{ATime(), AnId()}.keys()};
  const std::string token = MakePageToken(position, query);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto read = ReadPageToken(changed, query, TimeAndId::kKinds);
    // The last character carries bits that mean nothing.
    if (read.ok()) {
      EXPECT_EQ(i + 1, token.size());
      EXPECT_EQ(*read, position);
    }
    EXPECT_EQ(ReasonOf(token.substr(0, i), query), reasons::kPageTokenInvalid) << i;
  }
}

TEST(PageTokenTest, OfATimeAndAnIdIsNoLongerThanTheContractSays) {
  const ListQuery query("q");
  const std::string token =
      MakePageToken({TimeAndId{absl::FromUnixMicros(253'402'300'799'999'999), AnId()}.keys()}, query);
  EXPECT_LE(token.size(), 128u);
  EXPECT_EQ(ReasonOf(absl::StrCat(token, std::string(kMaxPageTokenBytes, ' ')), query), reasons::kPageTokenInvalid);
}

TEST(PageTokenTest, GarbageIsRefused) {
  for (absl::string_view garbage : {"", "x", "!!!!", "AAAA", "token with spaces", "\xFF\xFE", "BQEBAQEB"}) {
    EXPECT_EQ(ReasonOf(garbage, ListQuery("q")), reasons::kPageTokenInvalid) << garbage;
  }
}

// Whoever knows how tokens are made can make one; what it says must not reach the database as it is.
TEST(PageTokenTest, ForgedKeysAreRefused) {
  const ListQuery query("q");
  const auto forged = [&](const PageKeys& keys, absl::Span<const KeyKind> kinds) {
    return ReasonOf(MakePageToken({keys}, query), query, kinds);
  };
  const KeyKind text[] = {KeyKind::kText}, number[] = {KeyKind::kNumber}, time[] = {KeyKind::kTime};
  EXPECT_EQ(forged({std::string("a")}, text), "");
  EXPECT_EQ(forged({std::string("a\0b", 3)}, text), reasons::kPageTokenInvalid);
  EXPECT_EQ(forged({std::string("\xFF")}, text), reasons::kPageTokenInvalid);
  EXPECT_EQ(forged({absl::FromUnixSeconds(253'402'300'800)}, time), reasons::kPageTokenInvalid);
  EXPECT_EQ(forged({absl::InfinitePast()}, time), reasons::kPageTokenInvalid);
  EXPECT_EQ(forged({std::int64_t{1}}, time), reasons::kPageTokenInvalid) << "another kind";
  EXPECT_EQ(forged({std::string(AnId().bytes())}, number), reasons::kPageTokenInvalid) << "another kind";
  EXPECT_EQ(forged({std::int64_t{1}, std::int64_t{2}}, number), reasons::kPageTokenInvalid) << "too many";
  EXPECT_EQ(forged({}, number), reasons::kPageTokenInvalid) << "too few";
}

TEST(PageTokenTest, ThatGoesBackwardsServesOnlyAListThatDoes) {
  const ListQuery query("q");
  PagePosition position{TimeAndId{ATime(), AnId()}.keys(), true};
  const std::string token = MakePageToken(position, query);
  EXPECT_EQ(ReasonOf(token, query, TimeAndId::kKinds, Ways::kForwards), reasons::kPageTokenInvalid);
  EXPECT_THAT(ReadPageToken(token, query, TimeAndId::kKinds, Ways::kBoth), IsOkAndHolds(position));
}

// A token of the release before, whose position was a time and an id.
TEST(PageTokenTest, OfAnEarlierReleaseIsRefused) {
  domain::ByteWriter position, all, token;
  position.Number(1).Signed(absl::ToUnixMicros(ATime())).Text(AnId().bytes());
  all.Text(position.bytes()).Text("q");
  const base::Sha256Digest digest = base::Sha256(all.bytes());
  token.Text(position.bytes()).Text(std::string(digest.begin(), digest.begin() + 12));
  EXPECT_EQ(ReasonOf(absl::WebSafeBase64Escape(token.bytes()), ListQuery("q")), reasons::kPageTokenInvalid);
}

TEST(TimeAndIdTest, IsWhatItsKeysSay) {
  const TimeAndId both{ATime(), AnId()};
  EXPECT_EQ(TimeAndId::Of(PagePosition{both.keys()}), both);
  EXPECT_EQ(TimeAndId::Of(std::nullopt), std::nullopt);
}

TEST(PagingTest, SaysWhatToRead) {
  const absl::StatusOr<Paging> first = ReadPaging({}, ListQuery("q"), TimeAndId::kKinds);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->size, 20);
  EXPECT_EQ(first->limit(), 21);
  EXPECT_EQ(first->skip, 0);
  EXPECT_FALSE(first->from.has_value());
  EXPECT_FALSE(first->backwards());

  EXPECT_EQ(ReasonOf(ReadPaging({.page_size = -1}, ListQuery("q"), kEvery).status()), reasons::kPageSizeNegative);
  EXPECT_EQ(ReasonOf(ReadPaging({.skip = -1}, ListQuery("q"), kEvery).status()), reasons::kSkipOutOfRange);
  EXPECT_EQ(ReasonOf(ReadPaging({.page_token = "x"}, ListQuery("q"), kEvery).status()), reasons::kPageTokenInvalid);
}

// A list of numbers in some order, read as a store reads it.
class PagesTest : public ::testing::TestWithParam<bool> {
 protected:
  static constexpr KeyKind kKinds[] = {KeyKind::kNumber};

  bool descending() const { return GetParam(); }
  std::vector<std::int64_t> InOrder() const {
    std::vector<std::int64_t> all = {10, 20, 30, 40, 50, 60, 70};
    if (descending()) std::reverse(all.begin(), all.end());
    return all;
  }

  Page<std::int64_t> Get(absl::string_view token, std::int32_t size = 3, std::size_t max_bytes = kMaxPageBytes,
                         std::int32_t skip = 0) {
    const auto paging = ReadPaging({size, token, skip}, ListQuery("numbers").Add(descending()), kKinds, Ways::kBoth);
    EXPECT_TRUE(paging.ok()) << paging.status();
    std::vector<std::int64_t> all = InOrder(), rows;
    if (paging->backwards()) std::reverse(all.begin(), all.end());
    const bool rising = descending() == paging->backwards();
    int to_skip = paging->skip;
    for (const std::int64_t row : all) {
      if (static_cast<int>(rows.size()) == paging->limit()) break;
      if (paging->from.has_value()) {
        const std::int64_t from = std::get<std::int64_t>(paging->from->keys[0]);
        if (rising ? row <= from : row >= from) continue;
      }
      if (to_skip-- > 0) continue;
      rows.push_back(row);
    }
    return PageOf(
        std::move(rows), *paging, [](std::int64_t row) { return static_cast<std::size_t>(row); },
        [](std::int64_t row) { return PageKeys{row}; }, max_bytes);
  }

  std::vector<std::int64_t> Rows(std::initializer_list<std::size_t> places) const {
    std::vector<std::int64_t> rows;
    for (const std::size_t place : places) rows.push_back(InOrder()[place]);
    return rows;
  }
};

TEST_P(PagesTest, FollowEachOtherToTheEndAndBack) {
  const Page<std::int64_t> first = Get("");
  EXPECT_EQ(first.rows, Rows({0, 1, 2}));
  EXPECT_THAT(first.previous_page_token, IsEmpty());
  const Page<std::int64_t> second = Get(first.next_page_token);
  EXPECT_EQ(second.rows, Rows({3, 4, 5}));
  const Page<std::int64_t> third = Get(second.next_page_token);
  EXPECT_EQ(third.rows, Rows({6}));
  EXPECT_THAT(third.next_page_token, IsEmpty());

  const Page<std::int64_t> back = Get(third.previous_page_token);
  EXPECT_EQ(back.rows, Rows({3, 4, 5}));
  EXPECT_EQ(Get(back.next_page_token).rows, Rows({6}));
  const Page<std::int64_t> start = Get(back.previous_page_token);
  EXPECT_EQ(start.rows, Rows({0, 1, 2}));
  EXPECT_THAT(start.previous_page_token, IsEmpty());
  EXPECT_EQ(Get(start.next_page_token).rows, Rows({3, 4, 5}));
}

TEST_P(PagesTest, ThatAreFullToTheEndHaveNoNext) {
  EXPECT_THAT(Get("", 7).next_page_token, IsEmpty());
  EXPECT_EQ(Get("", 7).rows, InOrder());
  const Page<std::int64_t> skipped = Get("", 3, kMaxPageBytes, 4);
  EXPECT_EQ(skipped.rows, Rows({4, 5, 6}));
  EXPECT_THAT(skipped.next_page_token, IsEmpty());
  EXPECT_EQ(Get(skipped.previous_page_token).rows, Rows({1, 2, 3}));
}

TEST_P(PagesTest, ThatEndByBytesLoseNothing) {
  for (const std::size_t max_bytes : {0, 35, 70, 100}) {
    std::vector<std::int64_t> seen;
    std::string token, last;
    do {
      const Page<std::int64_t> page = Get(token, 3, max_bytes);
      ASSERT_FALSE(page.rows.empty());
      seen.insert(seen.end(), page.rows.begin(), page.rows.end());
      last = page.previous_page_token;
      token = page.next_page_token;
    } while (!token.empty());
    EXPECT_EQ(seen, InOrder()) << max_bytes;

    std::vector<std::int64_t> before;
    while (!last.empty()) {
      const Page<std::int64_t> page = Get(last, 3, max_bytes);
      ASSERT_FALSE(page.rows.empty());
      before.insert(before.begin(), page.rows.begin(), page.rows.end());
      last = page.previous_page_token;
    }
    ASSERT_FALSE(before.empty());
    EXPECT_EQ(before.front(), InOrder().front()) << max_bytes;
    EXPECT_TRUE(std::equal(before.begin(), before.end(), InOrder().begin())) << max_bytes;
  }
}

TEST_P(PagesTest, OfNothingAreEmpty) {
  const Page<std::int64_t> page = Get("", 3, kMaxPageBytes, 100);
  EXPECT_THAT(page.rows, IsEmpty());
  EXPECT_THAT(page.next_page_token, IsEmpty());
  EXPECT_THAT(page.previous_page_token, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(BothOrders, PagesTest, ::testing::Bool(),
                         [](const auto& test) { return test.param ? "Descending" : "Ascending"; });

TEST(PageOfTest, AListThatIsOnlyReadForwardsHasNoWayBack) {
  const auto paging = ReadPaging({.page_token = MakePageToken({PageKeys{std::int64_t{1}}}, ListQuery("q"))},
                                 ListQuery("q"), {KeyKind::kNumber});
  ASSERT_TRUE(paging.ok()) << paging.status();
  const Page<std::int64_t> page = PageOf(
      std::vector<std::int64_t>{2, 3}, *paging, [](std::int64_t) { return std::size_t{1}; },
      [](std::int64_t row) { return PageKeys{row}; });
  EXPECT_THAT(page.rows, ElementsAre(2, 3));
  EXPECT_THAT(page.previous_page_token, IsEmpty());
}

}  // namespace
}  // namespace ordermesh::api
