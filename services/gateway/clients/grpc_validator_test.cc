// Against a gRPC server that answers as the test tells it to.
#include "services/gateway/clients/grpc_validator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "libs/aio/completion.h"
#include "libs/aio/run_sync.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/rule_table.h"
#include "libs/mesh/channel.h"
#include "libs/mesh/health_service.h"
#include "libs/mesh/server.h"
#include "libs/testing/status_matchers.h"
#include "libs/wire/status.h"
#include "libs/wire/validation.h"
#include "services/gateway/testing/orders.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;
using ordermesh::testing::IsOk;
using ordermesh::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using validation::v1::BatchValidateOrdersRequest;
using validation::v1::BatchValidateOrdersResponse;

constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// What a call brought with it.
struct Asked {
  std::vector<std::string> customers;  // of the orders
  absl::Duration time_left;
  std::string trace_id;
};

// Prices every order as one of line 1, unless told otherwise. Thread-safe.
class ScriptedValidation {
 public:
  ScriptedValidation() : health_(readiness_, server_) {
    server_.Add(&service_);
    server_.Unary("BatchValidateOrders", &service_, &Service::RequestBatchValidateOrders,
                  [this](mesh::CallContext& call, const BatchValidateOrdersRequest& request,
                         BatchValidateOrdersResponse& response) { return Answer(call, request, response); });
    EXPECT_THAT(server_.Start(), IsOk());
  }
  ~ScriptedValidation() { server_.Drain(absl::ZeroDuration()); }

  const std::string& address() const { return server_.address(); }

  // The next call ends with this. Several: one after the other.
  void FailNext(grpc::Status status, int times = 1) {
    base::MutexLock lock(mu_);
    failures_.insert(failures_.end(), times, std::move(status));
  }
  void AnswerWith(std::function<void(BatchValidateOrdersResponse&)> fill) {
    base::MutexLock lock(mu_);
    fill_ = std::move(fill);
  }
  // From now on the answers for customers whose names begin with 'L' have so many bytes each.
  void Pad(std::size_t bytes) {
    base::MutexLock lock(mu_);
    padding_ = std::string(bytes, 'x');
  }
  // From now on calls wait until they are cancelled.
  void Hang() {
    base::MutexLock lock(mu_);
    hangs_ = true;
  }
  std::vector<Asked> asked() const {
    base::MutexLock lock(mu_);
    return asked_;
  }

 private:
  using Service = validation::v1::ValidationService::AsyncService;

  aio::Task<grpc::Status> Answer(mesh::CallContext& call, const BatchValidateOrdersRequest& request,
                                 BatchValidateOrdersResponse& response) {
    if (Note(call, request)) {
      aio::Completion<bool> cancelled(call.lane());
      call.OnCancelled([set = cancelled.setter()] { set.SetOnLane(true); });
      co_await cancelled;
    }
    co_return Fill(request, response);
  }
  bool Note(mesh::CallContext& call, const BatchValidateOrdersRequest& request) {
    base::MutexLock lock(mu_);
    Asked asked;
    for (const auto& order : request.orders()) asked.customers.push_back(order.customer_id());
    asked.time_left = call.deadline().Remaining(base::SystemTimer());
    asked.trace_id = std::string(call.trace().trace_id());
    asked_.push_back(std::move(asked));
    return hangs_;
  }
  grpc::Status Fill(const BatchValidateOrdersRequest& request, BatchValidateOrdersResponse& response) {
    base::MutexLock lock(mu_);
    if (!failures_.empty()) {
      grpc::Status status = std::move(failures_.front());
      failures_.pop_front();
      return status;
    }
    if (fill_) {
      fill_(response);
      return grpc::Status::OK;
    }
    for (const auto& order : request.orders()) {
      domain::PricedOrder priced = APricedOrder({ALine(1)});
      priced.customer_id = order.customer_id();
      if (absl::StartsWith(order.customer_id(), "L")) priced.note = padding_;
      wire::VerdictToProto(priced, *response.add_validations());
    }
    return grpc::Status::OK;
  }

  mutable base::Mutex mu_;
  std::deque<grpc::Status> failures_ ABSL_GUARDED_BY(mu_);
  std::function<void(BatchValidateOrdersResponse&)> fill_ ABSL_GUARDED_BY(mu_);
  bool hangs_ ABSL_GUARDED_BY(mu_) = false;
  std::string padding_ ABSL_GUARDED_BY(mu_);
  std::vector<Asked> asked_ ABSL_GUARDED_BY(mu_);

  base::Metrics metrics_;
  mesh::Readiness readiness_{{}};
  Service service_;
  mesh::Server server_{{.listen = "127.0.0.1:0", .lanes = 1}, metrics_, base::SystemTimer(), base::SystemRandom()};
  mesh::HealthService health_;
};

class GrpcValidatorTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::vector<Validation>> Validate(std::vector<std::string> customers = {"CUST-1"},
                                                   absl::Duration timeout = absl::Seconds(30)) {
    std::vector<domain::NewOrder> orders(customers.size());
    std::vector<const domain::NewOrder*> batch;
    for (std::size_t i = 0; i < orders.size(); ++i) {
      orders[i].customer_id = customers[i];
      orders[i].lines = {{"SKU-1", 1}};
      batch.push_back(&orders[i]);
    }
    return aio::RunSync(lane_, [&] {
      return validator_.Validate(lane_, batch, base::Deadline::In(timeout, base::SystemTimer()), kTraceparent);
    });
  }

  ScriptedValidation validation_;
  GrpcValidator validator_{mesh::MakeChannel(validation_.address())};
  mesh::GrpcLane lane_{base::SystemTimer()};
};

TEST_F(GrpcValidatorTest, ABatchIsOneCallAndEveryOrderHasItsAnswer) {
  ASSERT_OK_AND_ASSIGN(std::vector<Validation> validations, Validate({"CUST-1", "CUST-2", "CUST-3"}));
  ASSERT_THAT(validations, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    ASSERT_THAT(validations[i], IsOk());
    EXPECT_EQ(validations[i]->customer_id, absl::StrCat("CUST-", i + 1));
    EXPECT_EQ(validations[i]->total.minor, ALine(1).unit_price_minor);
  }
  const std::vector<Asked> asked = validation_.asked();
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_THAT(asked[0].customers, ElementsAre("CUST-1", "CUST-2", "CUST-3"));
  EXPECT_EQ(asked[0].trace_id, "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(GrpcValidatorTest, ABrokenRuleIsARefusalOfThatOrderOnly) {
  validation_.AnswerWith([](BatchValidateOrdersResponse& response) {
    wire::VerdictToProto(APricedOrder({ALine(1)}), *response.add_validations());
    wire::VerdictToProto(std::vector{domain::Broken(domain::Rule::kQuantityOutOfRange, "lines[0].quantity")},
                         *response.add_validations());
    wire::VerdictToProto(std::vector{domain::Broken(domain::Rule::kProductUnknown, "lines[0].sku")},
                         *response.add_validations());
    response.add_validations();  // neither an order nor a violation
  });
  ASSERT_OK_AND_ASSIGN(std::vector<Validation> validations, Validate({"1", "2", "3", "4"}));
  ASSERT_THAT(validations, SizeIs(4));
  EXPECT_THAT(validations[0], IsOk());
  EXPECT_THAT(validations[1], StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(domain::RefusalOf(validations[1].status()).violations.at(0).field, "lines[0].quantity");
  EXPECT_THAT(validations[2], StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(domain::RefusalOf(validations[2].status()).reason, reasons::kOrderRefused);
  EXPECT_THAT(validations[3], StatusIs(absl::StatusCode::kInternal));
}

TEST_F(GrpcValidatorTest, ABatchWhoseAnswerIsTooLargeIsAskedInHalves) {
  validation_.Pad(std::size_t{3} << 19);
  ASSERT_OK_AND_ASSIGN(std::vector<Validation> validations, Validate({"L1", "L2", "L3", "L4"}));
  ASSERT_THAT(validations, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    ASSERT_THAT(validations[i], IsOk());
    EXPECT_EQ(validations[i]->customer_id, absl::StrCat("L", i + 1));
  }
  const std::vector<Asked> asked = validation_.asked();
  ASSERT_THAT(asked, SizeIs(3));
  EXPECT_THAT(asked[1].customers, ElementsAre("L1", "L2"));
  EXPECT_THAT(asked[2].customers, ElementsAre("L3", "L4"));
}

TEST_F(GrpcValidatorTest, ABatchThatIsTooLargeToBeSentIsAskedInHalves) {
  const std::string large(std::size_t{3} << 20, 'x');
  ASSERT_OK_AND_ASSIGN(std::vector<Validation> validations, Validate({"a" + large, "b" + large}));
  EXPECT_THAT(validations, ElementsAre(IsOk(), IsOk()));
}

TEST_F(GrpcValidatorTest, AnOrderThatFitsNoMessageFailsAlone) {
  validation_.Pad(std::size_t{5} << 20);
  ASSERT_OK_AND_ASSIGN(std::vector<Validation> validations, Validate({"1", "2", "L3", "4"}));
  EXPECT_THAT(validations, ElementsAre(IsOk(), IsOk(), StatusIs(absl::StatusCode::kUnavailable), IsOk()));
}

TEST_F(GrpcValidatorTest, AValidatorThatGoesAwayIsAskedAgain) {
  validation_.FailNext(grpc::Status(grpc::StatusCode::UNAVAILABLE, "stopping"), 2);
  EXPECT_THAT(Validate(), IsOk());
  EXPECT_THAT(validation_.asked(), SizeIs(3));
}

// Three attempts at most; and fewer when most calls fail, so that retries don't bury validators that are in trouble.
TEST_F(GrpcValidatorTest, RetriesHaveABudget) {
  validation_.FailNext(grpc::Status(grpc::StatusCode::UNAVAILABLE, "in trouble"), 100);
  std::vector<std::size_t> calls;
  for (int i = 0; i < 4; ++i) {
    const std::size_t before = validation_.asked().size();
    EXPECT_THAT(Validate(), StatusIs(absl::StatusCode::kUnavailable));
    calls.push_back(validation_.asked().size() - before);
  }
  EXPECT_THAT(calls, ElementsAre(3, 2, 1, 1));
}

TEST_F(GrpcValidatorTest, AnotherNumberOfAnswersIsNoAnswer) {
  validation_.AnswerWith([](BatchValidateOrdersResponse& response) {
    wire::VerdictToProto(APricedOrder({ALine(1)}), *response.add_validations());
  });
  EXPECT_THAT(Validate({"1", "2"}), StatusIs(absl::StatusCode::kInternal, HasSubstr("1 answers for 2 orders")));
  validation_.AnswerWith([](BatchValidateOrdersResponse&) {});
  EXPECT_THAT(Validate(), StatusIs(absl::StatusCode::kInternal, HasSubstr("0 answers for 1 orders")));
}

TEST_F(GrpcValidatorTest, TheDeadlineTravelsAndIsKept) {
  EXPECT_THAT(Validate(), IsOk());  // connected
  validation_.Hang();
  const absl::Time before = absl::Now();
  const absl::Status status = Validate({"1"}, absl::Milliseconds(300)).status();
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("no answer in time")));
  EXPECT_EQ(domain::RefusalOf(status).reason, reasons::kValidationUnavailable);
  // Not asked again after the deadline, and told how long it had.
  const std::vector<Asked> asked = validation_.asked();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_LT(asked[1].time_left, absl::Milliseconds(400));
}

TEST_F(GrpcValidatorTest, NobodyThereIsUnavailableAtOnce) {
  std::string address;
  {
    ScriptedValidation gone;
    address = gone.address();
  }
  GrpcValidator validator(mesh::MakeChannel(address));
  domain::NewOrder order;
  auto answer = aio::RunSync(lane_, [&] {
    return validator.Validate(lane_, {&order}, base::Deadline::In(absl::Seconds(30), base::SystemTimer()), "");
  });
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kUnavailable, HasSubstr("not reachable")));
}

struct Failure {
  const char* name;
  absl::Status theirs;
  const char* reason;
};

class FailureTest : public GrpcValidatorTest, public ::testing::WithParamInterface<Failure> {};

// Whatever failed, nothing was stored and the client may try again; only what concerns the client is passed on.
TEST_P(FailureTest, BecomesUnavailableOrAnOverload) {
  validation_.FailNext(wire::ToGrpcStatus(GetParam().theirs), 3);
  const absl::Status status = Validate().status();
  const domain::Refusal refusal = domain::RefusalOf(status);
  EXPECT_EQ(refusal.reason, GetParam().reason);
  EXPECT_TRUE(absl::IsUnavailable(status) || refusal.reason == reasons::kOverloaded) << status;
  EXPECT_THAT(refusal.message, Not(HasSubstr("inner words")));
}

absl::Status ARefusal(absl::StatusCode code, const char* reason) {
  return domain::ToStatus({.code = code, .message = "x", .reason = reason, .retry_after = absl::Seconds(2)});
}

INSTANTIATE_TEST_SUITE_P(
    All, FailureTest,
    ::testing::Values(Failure{"overloaded", ARefusal(absl::StatusCode::kResourceExhausted, reasons::kOverloaded),
                              reasons::kOverloaded},
                      Failure{"stale", ARefusal(absl::StatusCode::kUnavailable, reasons::kCatalogStale),
                              reasons::kCatalogStale},
                      Failure{"stopping", absl::UnavailableError("inner words"), reasons::kValidationUnavailable},
                      Failure{"broken", absl::InternalError("inner words"), reasons::kValidationUnavailable},
                      Failure{"older", absl::UnimplementedError("inner words"), reasons::kValidationUnavailable},
                      Failure{"refused", absl::InvalidArgumentError("inner words"), reasons::kValidationUnavailable}),
    [](const auto& test) { return test.param.name; });

TEST_F(GrpcValidatorTest, AnOverloadKeepsItsDelay) {
  validation_.FailNext(wire::ToGrpcStatus(ARefusal(absl::StatusCode::kResourceExhausted, reasons::kOverloaded)));
  EXPECT_EQ(domain::RefusalOf(Validate().status()).retry_after, absl::Seconds(2));
  EXPECT_THAT(validation_.asked(), SizeIs(1)) << "an overloaded validator is not asked again";
}

TEST_F(GrpcValidatorTest, AValidatorThatGoesOnFailingIsLoggedMoreAndMoreRarely) {
  validation_.FailNext(grpc::Status(grpc::StatusCode::INTERNAL, "broken"), 20);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) EXPECT_THAT(Validate(), StatusIs(absl::StatusCode::kUnavailable));
  const std::vector<std::string> lines = absl::StrSplit(::testing::internal::GetCapturedStderr(), "validation_failed");
  EXPECT_THAT(lines, SizeIs(1 + 5)) << "1, 2, 4, 8 and 16";
}

}  // namespace
}  // namespace ordermesh::gateway
