#include "libs/domain/etag.h"

#include "gtest/gtest.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

OrderId Id(std::uint8_t last) {
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = last;
  return OrderId(bytes);
}

TEST(EtagTest, GivesItsVersionBack) {
  EXPECT_EQ(MakeEtag(Id(0xAB), 3), "000000ab-3");
  EXPECT_EQ(*EtagVersion(Id(0xAB), MakeEtag(Id(0xAB), 3)), 3);
  EXPECT_EQ(*EtagVersion(Id(0xAB), "\"000000ab-3\""), 3);
}

TEST(EtagTest, OfAnotherOrderIsNoVersionOfThis) { EXPECT_EQ(*EtagVersion(Id(1), MakeEtag(Id(2), 3)), 0); }

class BadEtagTest : public testing::TestWithParam<const char*> {};
TEST_P(BadEtagTest, IsRefused) {
  const auto version = EtagVersion(Id(0xAB), GetParam());
  EXPECT_EQ(version.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RefusalOf(version.status()).reason, reasons::kEtagMalformed);
}
INSTANTIATE_TEST_SUITE_P(Etags, BadEtagTest,
                         testing::Values("", "3", "000000ab", "000000ab-", "000000ab-x", "000000ab-0", "000000ab--1",
                                         "000000ab- 3", "000000ab-03", "000000ab-+3", "000000ab-3 ", "\"000000ab-3",
                                         "W/\"000000ab-3\"", "000000ab-99999999999999999999"));

}  // namespace
}  // namespace ordermesh::domain
