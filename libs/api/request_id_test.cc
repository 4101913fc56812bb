#include "libs/api/request_id.h"

#include <vector>

#include "gtest/gtest.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;
using domain::RefusalOf;

struct Case {
  std::string name, field, header;  // an empty header is none
  std::string expected;             // the id
  std::string reason;               // or why it is refused
};
class RequestIdTest : public testing::TestWithParam<Case> {};

TEST_P(RequestIdTest, IsTakenOrRefused) {
  std::vector<absl::string_view> headers;
  if (!GetParam().header.empty()) headers.push_back(GetParam().header);
  const absl::StatusOr<std::string> id = RequestIdFrom(GetParam().field, headers);
  if (GetParam().reason.empty()) {
    ASSERT_TRUE(id.ok()) << id.status();
    EXPECT_EQ(*id, GetParam().expected);
  } else {
    EXPECT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(RefusalOf(id.status()).reason, GetParam().reason);
  }
}

const std::string kLongest(128, 'x');
INSTANTIATE_TEST_SUITE_P(
    Ids, RequestIdTest,
    testing::Values(Case{"None", "", "", "", ""}, Case{"Field", "abc", "", "abc", ""},
                    Case{"FieldWithQuotes", "\"abc\"", "", "\"abc\"", ""}, Case{"Header", "", "abc", "abc", ""},
                    Case{"QuotedHeader", "", "\"abc\"", "abc", ""},
                    Case{"EscapedHeader", "", R"("a\"b\\c")", R"(a"b\c)", ""},
                    Case{"UnquotedBackslash", "", R"(a\b)", R"(a\b)", ""},
                    Case{"BothSame", "abc", "\"abc\"", "abc", ""},
                    Case{"Longest", kLongest, "\"" + kLongest + "\"", kLongest, ""},
                    Case{"BothDiffer", "abc", "abd", "", reasons::kRequestIdsDiffer},
                    Case{"FieldTooLong", kLongest + "x", "", "", reasons::kRequestIdMalformed},
                    Case{"HeaderTooLong", "", kLongest + "x", "", reasons::kRequestIdMalformed},
                    Case{"FieldWithSpace", "a b", "", "", reasons::kRequestIdMalformed},
                    Case{"HeaderWithSpace", "", "\"a b\"", "", reasons::kRequestIdMalformed},
                    Case{"FieldNotAscii", "\u00e4", "", "", reasons::kRequestIdMalformed},
                    Case{"FieldWithNul", std::string("a\0b", 3), "", "", reasons::kRequestIdMalformed},
                    Case{"FieldBadThoughHeaderGood", "a b", "abc", "", reasons::kRequestIdMalformed},
                    Case{"EmptyQuotes", "", "\"\"", "", reasons::kRequestIdMalformed},
                    Case{"LoneQuote", "", "\"", "", reasons::kRequestIdMalformed},
                    Case{"NeverClosed", "", "\"abc", "", reasons::kRequestIdMalformed},
                    Case{"NeverOpened", "", "abc\"", "", reasons::kRequestIdMalformed},
                    Case{"QuoteInside", "", "\"a\"b\"", "", reasons::kRequestIdMalformed},
                    Case{"BadEscape", "", R"("a\b")", "", reasons::kRequestIdMalformed},
                    Case{"EscapeAtEnd", "", R"("a\)", "", reasons::kRequestIdMalformed}),
    [](const auto& info) { return info.param.name; });

TEST(RequestIdTest, ABlankHeaderIsNotTheAbsenceOfOne) {
  for (const absl::string_view blank : {"", " ", "\t", "\"\""}) {
    EXPECT_EQ(RefusalOf(RequestIdFrom("", {blank}).status()).reason, reasons::kRequestIdMalformed) << blank;
    EXPECT_EQ(RefusalOf(RequestIdFrom("abc", {blank}).status()).reason, reasons::kRequestIdMalformed) << blank;
    EXPECT_EQ(RefusalOf(RequestIdFrom("", {"abc", blank}).status()).reason, reasons::kRequestIdMalformed) << blank;
  }
}

TEST(RequestIdTest, SeveralHeadersMustAgree) {
  EXPECT_EQ(RefusalOf(RequestIdFrom("", {"abc", "abd"}).status()).reason, reasons::kRequestIdsDiffer);
  EXPECT_EQ(RefusalOf(RequestIdFrom("abc", {"abc", "abd"}).status()).reason, reasons::kRequestIdsDiffer);
  // As a proxy joins them.
  EXPECT_EQ(RefusalOf(RequestIdFrom("", {"abc, abd"}).status()).reason, reasons::kRequestIdMalformed);
  EXPECT_EQ(RequestIdFrom("", {"abc", "\"abc\""}).value(), "abc");
}

TEST(RequestIdTest, WhereOneIsNeededItsAbsenceIsRefused) {
  EXPECT_EQ(RequestIdFrom("", {}).value(), "");
  const domain::Refusal missing = RefusalOf(RequiredRequestId("", {}).status());
  EXPECT_EQ(missing.reason, reasons::kRequestIdMalformed);
  ASSERT_EQ(missing.violations.size(), 1u);
  EXPECT_EQ(missing.violations[0].field, "request_id");
  EXPECT_EQ(RequiredRequestId("", {"abc"}).value(), "abc");
}

TEST(RequestIdTest, AnIdIsMadeWhereNoneIsGiven) {
  class OneId : public base::IdSource {
   public:
    base::Uuid Next() override { return *base::Uuid::Parse("00000000-0000-7000-8000-000000000001"); }
  } ids;
  EXPECT_EQ(RequestIdOrNew("abc", ids), "abc");
  EXPECT_EQ(RequestIdOrNew("", ids), "00000000-0000-7000-8000-000000000001");
}

TEST(RequestIdTest, TheRefusalDoesNotRepeatTheId) {
  EXPECT_EQ(RequestIdFrom("canary canary", {}).status().message().find("canary"), absl::string_view::npos);
}

}  // namespace
}  // namespace ordermesh::api
