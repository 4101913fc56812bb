#include "libs/domain/etag.h"

#include <limits>

#include "gtest/gtest.h"
#include "libs/base/uuid.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

base::Uuid Id(std::uint8_t last) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = last;
  return base::Uuid(bytes);
}

TEST(EtagTest, GivesItsVersionBack) {
  EXPECT_EQ(MakeEtag(Id(0xAB), 3), "000000ab-3");
  EXPECT_EQ(*EtagVersion(Id(0xAB), MakeEtag(Id(0xAB), 3)), 3);
  EXPECT_EQ(*EtagVersion(Id(0xAB), "\"000000ab-3\""), 3);
}

TEST(EtagTest, OfAnotherOrderIsNoVersionOfThis) { EXPECT_EQ(*EtagVersion(Id(1), MakeEtag(Id(2), 3)), 0); }

TEST(EtagTest, IsOfATextIdToo) {
  const std::string etag = MakeEtag("CUST-0001", 3);
  EXPECT_EQ(etag, "c293a7b0-3");
  EXPECT_EQ(*EtagVersion("CUST-0001", etag), 3);
  EXPECT_EQ(*EtagVersion("CUST-0002", etag), 0);
  EXPECT_EQ(*EtagVersion("", MakeEtag("", 1)), 1);
}

TEST(EtagTest, IsNoLongerThanItsLimit) {
  EXPECT_EQ(MakeEtag("a", std::numeric_limits<std::int64_t>::max()).size(), 28u);
}

class BadEtagTest : public testing::TestWithParam<const char*> {};
TEST_P(BadEtagTest, IsRefused) {
  const auto version = EtagVersion(Id(0xAB), GetParam());
  EXPECT_EQ(version.status().code(), absl::StatusCode::kInvalidArgument);
  const Refusal refusal = RefusalOf(version.status());
  EXPECT_EQ(refusal.reason, reasons::kEtagMalformed);
  EXPECT_EQ(refusal.message, "etag: not one that this service made");
  ASSERT_EQ(refusal.violations.size(), 1u);
  EXPECT_EQ(refusal.violations[0].field, "etag");
  EXPECT_EQ(EtagVersion("CUST-0001", GetParam()).status(), version.status());
}
INSTANTIATE_TEST_SUITE_P(Etags, BadEtagTest,
                         testing::Values("", "3", "000000ab", "000000ab-", "000000ab-x", "000000ab-0", "000000ab--1",
                                         "000000ab- 3", "000000ab-03", "000000ab-+3", "000000ab-3 ", "\"000000ab-3",
                                         "W/\"000000ab-3\"", "000000ab-99999999999999999999"));

}  // namespace
}  // namespace ordermesh::domain
