#include "libs/domain/refusal.h"

#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status.h"
#include "libs/domain/reasons.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::domain {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(RefusalTest, ComesBackFromItsStatusAlsoWhenAnnotated) {
  Refusal refusal =
      Refuse({Broken(Rule::kQuantityOutOfRange, "lines[2].quantity"), Broken(Rule::kProductUnknown, "lines[3].sku")});
  refusal.retry_after = absl::Milliseconds(1500);
  refusal.resource_type = "Order";
  refusal.resource_name = "0190";

  const absl::Status status = base::Annotate(ToStatus(refusal), "gateway");
  const Refusal back = RefusalOf(status);
  EXPECT_EQ(back.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(back.message, "gateway: the order was refused: it breaks 2 rules");
  EXPECT_EQ(back.reason, reasons::kOrderInvalid);
  EXPECT_EQ(back.violations, refusal.violations);
  EXPECT_EQ(back.retry_after, absl::Milliseconds(1500));
  EXPECT_EQ(back.resource_type, "Order");
  EXPECT_EQ(back.resource_name, "0190");
}

TEST(RefusalTest, OfAnotherStatusHasCodeAndMessage) {
  const Refusal plain = RefusalOf(absl::UnavailableError("down"));
  EXPECT_EQ(plain.code, absl::StatusCode::kUnavailable);
  EXPECT_EQ(plain.message, "down");
  EXPECT_EQ(plain.reason, "");
  EXPECT_THAT(plain.violations, IsEmpty());
  EXPECT_FALSE(plain.retry_after.has_value());
}

TEST(RefusalTest, ADamagedPayloadIsIgnored) {
  absl::Status status = ToStatus(Refuse({Broken(Rule::kLinesEmpty, "lines")}));
  std::string url, bytes;
  status.ForEachPayload([&](absl::string_view at, const absl::Cord& payload) {
    url = std::string(at);
    bytes = std::string(payload);
  });
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    status.SetPayload(url, absl::Cord(bytes.substr(0, size)));
    EXPECT_THAT(RefusalOf(status).violations, IsEmpty()) << size;
  }
}

TEST(RefusalTest, OneFieldRuleMakesItAnInvalidArgument) {
  const Violation state = Broken(Rule::kProductUnknown, "lines[0].sku");
  const Violation field = Broken(Rule::kNoteTooLong, "note", 2001);
  EXPECT_EQ(Refuse({state}).code, absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Refuse({state}).reason, reasons::kOrderRefused);
  EXPECT_EQ(Refuse({state}).message, "the order was refused: lines[0].sku: no such product");

  const Refusal both = Refuse({state, field});
  EXPECT_EQ(both.code, absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(both.reason, reasons::kOrderInvalid);
  EXPECT_THAT(both.violations, ElementsAre(state, field));
}

TEST(ReasonsTest, EveryCodeHasAGeneralReason) {
  for (int code = 1; code <= 16; ++code) {
    const auto status_code = static_cast<absl::StatusCode>(code);
    EXPECT_EQ(GeneralReason(status_code).code, status_code);
    EXPECT_EQ(GeneralReason(status_code).id, absl::StatusCodeToString(status_code));
  }
  EXPECT_EQ(GeneralReason(static_cast<absl::StatusCode>(99)).code, absl::StatusCode::kUnknown);
}

TEST(ReasonsTest, IdsAreUniqueAndWrittenLikeConstants) {
  for (const Reason& reason : Reasons()) {
    EXPECT_EQ(FindReason(reason.id), &reason);
    EXPECT_THAT(reason.id, testing::MatchesRegex("[A-Z][A-Z_]*[A-Z]"));
  }
  EXPECT_EQ(FindReason("NO_SUCH"), nullptr);
}

TEST(RuleTableTest, IdsAreUniqueAndWrittenLikeConstants) {
  for (const RuleInfo& rule : Rules()) {
    EXPECT_THAT(rule.id, testing::MatchesRegex("[A-Z][A-Z0-9_]*[A-Z0-9]"));
    EXPECT_EQ(&Describe(rule.rule), &rule);
    EXPECT_EQ(FindRule(rule.id), &rule);
  }
  EXPECT_EQ(FindRule("NO_SUCH"), nullptr);
}

}  // namespace
}  // namespace ordermesh::domain
