#include "libs/wire/status.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::wire {
namespace {

using domain::Broken;
using domain::Refusal;
using domain::Rule;
using ::testing::HasSubstr;
using ::testing::Not;

google::rpc::Status Rich(const grpc::Status& status) {
  google::rpc::Status rich;
  EXPECT_TRUE(rich.ParseFromString(status.error_details()));
  EXPECT_EQ(rich.code(), status.error_code());
  EXPECT_EQ(rich.message(), status.error_message());
  return rich;
}
// The only detail of this type; nothing: there is none.
template <class Detail>
std::optional<Detail> Find(const grpc::Status& status) {
  std::optional<Detail> found;
  const google::rpc::Status rich = Rich(status);
  for (const auto& any : rich.details()) {
    Detail detail;
    if (!any.UnpackTo(&detail)) continue;
    EXPECT_FALSE(found.has_value());
    found = detail;
  }
  return found;
}
google::rpc::ErrorInfo Info(const grpc::Status& status) { return Find<google::rpc::ErrorInfo>(status).value(); }

TEST(ToGrpcStatusTest, OkIsOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok()); }

TEST(ToGrpcStatusTest, AFieldRuleMakesABadRequestWithEveryViolation) {
  const grpc::Status status = ToGrpcStatus(domain::ToStatus(domain::Refuse(
      {Broken(Rule::kQuantityOutOfRange, "lines[2].quantity"), Broken(Rule::kProductUnknown, "lines[3].sku")})));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Info(status).reason(), "ORDER_INVALID");
  EXPECT_EQ(Info(status).domain(), "ordermesh");
  const auto bad = Find<google::rpc::BadRequest>(status);
  ASSERT_TRUE(bad.has_value());
  ASSERT_EQ(bad->field_violations_size(), 2);
  EXPECT_EQ(bad->field_violations(0).field(), "lines[2].quantity");
  EXPECT_EQ(bad->field_violations(0).reason(), "QUANTITY_OUT_OF_RANGE");
  EXPECT_EQ(bad->field_violations(0).description(), "must be 1 to 999");
  EXPECT_EQ(bad->field_violations(1).reason(), "PRODUCT_UNKNOWN");
  EXPECT_FALSE(Find<google::rpc::PreconditionFailure>(status).has_value());
  EXPECT_FALSE(Find<google::rpc::RetryInfo>(status).has_value());
}

TEST(ToGrpcStatusTest, StateRulesMakeAPreconditionFailure) {
  const grpc::Status status =
      ToGrpcStatus(domain::ToStatus(domain::Refuse({Broken(Rule::kStockShort, "lines[0].quantity", 5, 2)})));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(Info(status).reason(), "ORDER_REFUSED");
  const auto failure = Find<google::rpc::PreconditionFailure>(status);
  ASSERT_TRUE(failure.has_value());
  ASSERT_EQ(failure->violations_size(), 1);
  EXPECT_EQ(failure->violations(0).type(), "STOCK_SHORT");
  EXPECT_EQ(failure->violations(0).subject(), "lines[0].quantity");
  EXPECT_EQ(failure->violations(0).description(), "5 requested, 2 available");
}

TEST(ToGrpcStatusTest, CarriesRetryAndResource) {
  Refusal refusal{
      .code = absl::StatusCode::kResourceExhausted, .message = "too much", .reason = domain::reasons::kOverloaded};
  refusal.retry_after = absl::Milliseconds(1250);
  const auto retry = Find<google::rpc::RetryInfo>(ToGrpcStatus(domain::ToStatus(refusal)));
  ASSERT_TRUE(retry.has_value());
  EXPECT_EQ(retry->retry_delay().seconds(), 1);
  EXPECT_EQ(retry->retry_delay().nanos(), 250'000'000);

  refusal = {
      .code = absl::StatusCode::kNotFound, .message = "no such order", .reason = domain::reasons::kOrderNotFound};
  refusal.resource_type = "Order";
  refusal.resource_name = "0190";
  const auto resource = Find<google::rpc::ResourceInfo>(ToGrpcStatus(domain::ToStatus(refusal)));
  ASSERT_TRUE(resource.has_value());
  EXPECT_EQ(resource->resource_type(), "Order");
  EXPECT_EQ(resource->resource_name(), "0190");
}

TEST(ToGrpcStatusTest, EveryCodeHasAReasonAndWhatMayPassARetry) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status = ToGrpcStatus(absl::Status(static_cast<absl::StatusCode>(code), "x"));
    EXPECT_EQ(status.error_code(), code);
    EXPECT_EQ(Info(status).reason(), absl::StatusCodeToString(static_cast<absl::StatusCode>(code)));
    const bool passes = code == grpc::StatusCode::UNAVAILABLE || code == grpc::StatusCode::RESOURCE_EXHAUSTED;
    EXPECT_EQ(Find<google::rpc::RetryInfo>(status).has_value(), passes) << code;
  }
}

TEST(ToGrpcStatusTest, InnerTextStaysInside) {
  for (const absl::Status& inner : {absl::InternalError("secret"), absl::UnavailableError("host secret refused"),
                                    absl::UnknownError("secret"), absl::DataLossError("secret")}) {
    const grpc::Status status = ToGrpcStatus(inner);
    EXPECT_THAT(status.error_message(), Not(HasSubstr("secret")));
    EXPECT_THAT(status.error_details(), Not(HasSubstr("secret")));
    EXPECT_EQ(status.error_code(), static_cast<int>(inner.code()));
  }
  EXPECT_EQ(ToGrpcStatus(absl::InvalidArgumentError("page_size: must not be negative")).error_message(),
            "page_size: must not be negative");
}

TEST(ToGrpcStatusTest, WhatTheDatabaseRefusesIsNotTheClientsFault) {
  absl::Status refused = absl::InvalidArgumentError("database: duplicate key (secret)");
  refused.SetPayload("somebody/sqlstate", absl::Cord("23505"));
  EXPECT_EQ(ToGrpcStatus(refused).error_code(), grpc::StatusCode::INTERNAL);
  EXPECT_THAT(ToGrpcStatus(refused).error_message(), Not(HasSubstr("secret")));

  absl::Status aborted = absl::AbortedError("deadlock (secret)");
  aborted.SetPayload("somebody/sqlstate", absl::Cord("40P01"));
  EXPECT_EQ(ToGrpcStatus(aborted).error_code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(ToGrpcStatus(aborted).error_message(), Not(HasSubstr("secret")));
}

TEST(ToGrpcStatusTest, LongMessagesAreCutBetweenCharacters) {
  std::string message(511, 'x');
  message += "\u00fc";
  EXPECT_EQ(ToGrpcStatus(absl::InvalidArgumentError(message)).error_message(), std::string(511, 'x'));
}

// What C++, Python and Java clients take by default is 8 KiB with everything; base64 makes 3 bytes 4.
class ManyViolationsTest : public ::testing::TestWithParam<int> {};

TEST_P(ManyViolationsTest, FitATrailer) {
  std::vector<domain::Violation> broken;
  for (int line = 0; line < GetParam(); ++line) {
    broken.push_back(Broken(Rule::kSkuDuplicate, absl::StrCat("lines[", line, "].sku"), line));
    broken.push_back(Broken(Rule::kQuantityOutOfRange, absl::StrCat("lines[", line, "].quantity")));
    broken.push_back(Broken(Rule::kFieldNotAllowed, absl::StrCat("lines[", line, "].unit_price")));
    broken.push_back(Broken(Rule::kFieldNotAllowed, absl::StrCat("lines[", line, "].amount")));
  }
  const grpc::Status status = ToGrpcStatus(domain::ToStatus(domain::Refuse(broken)));
  EXPECT_LT(status.error_details().size() * 4 / 3 + status.error_message().size(), 7600u);
  EXPECT_GE(Find<google::rpc::BadRequest>(status)->field_violations_size(), 4);
}
INSTANTIATE_TEST_SUITE_P(Lines, ManyViolationsTest, ::testing::Values(1, 10, 25, 30, 50, 100));

TEST(ToGrpcStatusTest, AHundredViolationsStillHaveAnEntryEach) {
  std::vector<domain::Violation> broken;
  for (int line = 0; line < 100; ++line) {
    broken.push_back(Broken(Rule::kQuantityOutOfRange, absl::StrCat("lines[", line, "].quantity")));
  }
  const auto bad = Find<google::rpc::BadRequest>(ToGrpcStatus(domain::ToStatus(domain::Refuse(broken))));
  ASSERT_EQ(bad->field_violations_size(), 100);
  EXPECT_EQ(bad->field_violations(99).field(), "lines[99].quantity");
  EXPECT_EQ(bad->field_violations(99).reason(), "QUANTITY_OUT_OF_RANGE");
}

TEST(ToGrpcStatusTest, BeyondThatLinesAreNamedTogether) {
  std::vector<domain::Violation> broken;
  for (int line = 0; line < 100; ++line) {
    broken.push_back(Broken(Rule::kSkuRequired, absl::StrCat("lines[", line, "].sku")));
    broken.push_back(Broken(Rule::kQuantityOutOfRange, absl::StrCat("lines[", line, "].quantity")));
  }
  const auto bad = Find<google::rpc::BadRequest>(ToGrpcStatus(domain::ToStatus(domain::Refuse(broken))));
  ASSERT_EQ(bad->field_violations_size(), 2);
  EXPECT_EQ(bad->field_violations(0).field(), "lines[0-99].sku");
  EXPECT_EQ(bad->field_violations(1).field(), "lines[0-99].quantity");
  EXPECT_EQ(bad->field_violations(1).description(), "must be 1 to 999");
}

TEST(FromGrpcStatusTest, GivesTheRefusalBack) {
  Refusal refusal = domain::Refuse(
      {Broken(Rule::kQuantityOutOfRange, "lines[2].quantity"), Broken(Rule::kProductUnknown, "lines[3].sku")});
  refusal.retry_after = absl::Milliseconds(1250);
  refusal.resource_type = "Order";
  refusal.resource_name = "0190";
  const Refusal back = domain::RefusalOf(FromGrpcStatus(ToGrpcStatus(domain::ToStatus(refusal))));
  EXPECT_EQ(back.code, refusal.code);
  EXPECT_EQ(back.message, refusal.message);
  EXPECT_EQ(back.reason, refusal.reason);
  EXPECT_EQ(back.violations, refusal.violations);
  EXPECT_EQ(back.retry_after, refusal.retry_after);
  EXPECT_EQ(back.resource_type, "Order");
  EXPECT_EQ(back.resource_name, "0190");

  const Refusal state = domain::Refuse({Broken(Rule::kStockShort, "lines[0].quantity", 5, 2)});
  EXPECT_EQ(domain::RefusalOf(FromGrpcStatus(ToGrpcStatus(domain::ToStatus(state)))).violations, state.violations);
}

TEST(FromGrpcStatusTest, TakesWhatHasNoOrOtherDetails) {
  EXPECT_TRUE(FromGrpcStatus(grpc::Status::OK).ok());
  const grpc::Status plain(grpc::StatusCode::UNAVAILABLE, "connection refused");
  EXPECT_EQ(FromGrpcStatus(plain), absl::UnavailableError("connection refused"));
  const grpc::Status garbage(grpc::StatusCode::UNAVAILABLE, "m", "\xFF\xFFgarbage");
  EXPECT_EQ(FromGrpcStatus(garbage), absl::UnavailableError("m"));

  google::rpc::Status foreign;
  google::rpc::ErrorInfo info;
  info.set_reason("SOMETHING");
  info.set_domain("googleapis.com");
  foreign.add_details()->PackFrom(info);
  const grpc::Status other(grpc::StatusCode::UNAVAILABLE, "m", foreign.SerializeAsString());
  EXPECT_EQ(domain::RefusalOf(FromGrpcStatus(other)).reason, "");
}

}  // namespace
}  // namespace ordermesh::wire
