#include "libs/api/etag.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/domain/etag.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;
using ::ordermesh::testing::IsOk;
using ::ordermesh::testing::IsOkAndHolds;
using ::testing::Eq;
using Asked = std::optional<std::int64_t>;

base::Uuid Id(std::uint8_t last) {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes{};
  bytes.back() = last;
  return base::Uuid(bytes);
}

TEST(VersionAskedTest, IsTheEtags) {
  EXPECT_THAT(VersionAsked(Id(1), domain::MakeEtag(Id(1), 7)), IsOkAndHolds(Eq(Asked(7))));
  EXPECT_THAT(VersionAsked("CUST-0001", domain::MakeEtag("CUST-0001", 7)), IsOkAndHolds(Eq(Asked(7))));
}

TEST(VersionAskedTest, IsAnyWithoutAnEtag) {
  EXPECT_THAT(VersionAsked(Id(1), ""), IsOkAndHolds(Eq(Asked())));
  EXPECT_THAT(VersionAsked("CUST-0001", ""), IsOkAndHolds(Eq(Asked())));
}

TEST(VersionAskedTest, OfAnotherResourceIsNoneThatThisHas) {
  EXPECT_THAT(VersionAsked(Id(2), domain::MakeEtag(Id(1), 7)), IsOkAndHolds(Eq(Asked(0))));
  EXPECT_THAT(VersionAsked("CUST-0002", domain::MakeEtag("CUST-0001", 7)), IsOkAndHolds(Eq(Asked(0))));
}

TEST(VersionAskedTest, OfRubbishIsRefused) {
  EXPECT_EQ(domain::RefusalOf(VersionAsked(Id(1), "rubbish").status()).reason, reasons::kEtagMalformed);
  EXPECT_EQ(domain::RefusalOf(VersionAsked("CUST-0001", "\"\"").status()).reason, reasons::kEtagMalformed);
}

TEST(CheckVersionTest, RefusesAnotherVersion) {
  EXPECT_THAT(CheckVersion(std::nullopt, 7, "Order", "o-1"), IsOk());
  EXPECT_THAT(CheckVersion(7, 7, "Order", "o-1"), IsOk());
  for (const std::int64_t asked : {0, 6, 8}) {
    const domain::Refusal refusal = domain::RefusalOf(CheckVersion(asked, 7, "Order", "o-1"));
    EXPECT_EQ(refusal.code, absl::StatusCode::kAborted);
    EXPECT_EQ(refusal.reason, reasons::kEtagStale);
    EXPECT_EQ(refusal.message, "Order o-1: it has changed since this etag was read; read it again");
  }
}

}  // namespace
}  // namespace ordermesh::api
