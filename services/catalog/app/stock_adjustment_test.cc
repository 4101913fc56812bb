#include "services/catalog/app/stock_adjustment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/testing/status_matchers.h"

namespace ordermesh::catalog {
namespace {

using ordermesh::testing::IsOkAndHolds;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAreArray;

constexpr auto kDelta = StockChange::Kind::kDelta;
constexpr auto kCount = StockChange::Kind::kCount;
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

struct CheckCase {
  const char* name;
  std::optional<StockChange> change;
  std::string reason;
  std::vector<std::string> broken;  // "RULE field"
};
class CheckAdjustmentTest : public ::testing::TestWithParam<CheckCase> {};

TEST_P(CheckAdjustmentTest, NamesEveryRule) {
  const absl::Status status = CheckAdjustment(GetParam().change, GetParam().reason);
  const domain::Refusal refusal = domain::RefusalOf(status);
  std::vector<std::string> broken;
  for (const domain::Violation& violation : refusal.violations)
    broken.push_back(violation.rule + " " + violation.field);
  EXPECT_THAT(broken, ElementsAreArray(GetParam().broken));
  EXPECT_EQ(status.ok(), broken.empty());
  if (!status.ok()) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(refusal.reason, domain::reasons::kStockAdjustmentInvalid);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, CheckAdjustmentTest,
    ::testing::Values(
        CheckCase{"Delta", StockChange{kDelta, 5}, "delivery 4711", {}},
        CheckCase{"LargestDelta", StockChange{kDelta, 1'000'000'000}, "x", {}},
        CheckCase{"SmallestDelta", StockChange{kDelta, -1'000'000'000}, "x", {}},
        CheckCase{"NoDelta", StockChange{kDelta, 0}, "x", {"STOCK_DELTA_OUT_OF_RANGE delta"}},
        CheckCase{"DeltaTooLarge", StockChange{kDelta, 1'000'000'001}, "x", {"STOCK_DELTA_OUT_OF_RANGE delta"}},
        CheckCase{"DeltaFarTooLarge", StockChange{kDelta, kMost}, "x", {"STOCK_DELTA_OUT_OF_RANGE delta"}},
        CheckCase{"DeltaTooSmall", StockChange{kDelta, -1'000'000'001}, "x", {"STOCK_DELTA_OUT_OF_RANGE delta"}},
        CheckCase{"DeltaFarTooSmall", StockChange{kDelta, kLeast}, "x", {"STOCK_DELTA_OUT_OF_RANGE delta"}},
        CheckCase{"CountOfNothing", StockChange{kCount, 0}, "x", {}},
        CheckCase{"LargestCount", StockChange{kCount, 1'000'000'000}, "x", {}},
        CheckCase{
            "CountTooLarge", StockChange{kCount, 1'000'000'001}, "x", {"STOCK_COUNT_OUT_OF_RANGE available_count"}},
        CheckCase{"NegativeCount", StockChange{kCount, -1}, "x", {"STOCK_COUNT_OUT_OF_RANGE available_count"}},
        CheckCase{"LongestReason", StockChange{kDelta, 1}, std::string(200, 'x'), {}},
        CheckCase{"ReasonTooLong", StockChange{kDelta, 1}, std::string(201, 'x'), {"TEXT_TOO_LONG reason"}},
        CheckCase{"ReasonWithNul", StockChange{kDelta, 1}, std::string("a\0b", 3), {"TEXT_HAS_CONTROL reason"}},
        CheckCase{"Nothing", std::nullopt, "", {"STOCK_CHANGE_REQUIRED delta", "FIELD_REQUIRED reason"}}),
    [](const ::testing::TestParamInfo<CheckCase>& info) { return info.param.name; });

TEST(DeltaOfTest, TakesAwayNoMoreThanThereIs) {
  const StockLevel level{.available = 7, .reserved = 100};
  EXPECT_THAT(DeltaOf({kDelta, 3}, level), IsOkAndHolds(3));
  EXPECT_THAT(DeltaOf({kDelta, -7}, level), IsOkAndHolds(-7));
  const auto refused = DeltaOf({kDelta, -8}, level);
  EXPECT_THAT(refused,
              StatusIs(absl::StatusCode::kFailedPrecondition, "stock: 8 can't be taken away, 7 are available"));
  EXPECT_EQ(domain::RefusalOf(refused.status()).reason, domain::reasons::kStockShort);
}

TEST(DeltaOfTest, ACountIsOfWhatIsAvailable) {
  const StockLevel level{.available = 7, .reserved = 100};
  EXPECT_THAT(DeltaOf({kCount, 0}, level), IsOkAndHolds(-7));
  EXPECT_THAT(DeltaOf({kCount, 7}, level), IsOkAndHolds(0));
  EXPECT_THAT(DeltaOf({kCount, 9}, level), IsOkAndHolds(2));
}

}  // namespace
}  // namespace ordermesh::catalog
