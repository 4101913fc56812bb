#include "services/gateway/clients/grpc_validator.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/base/log.h"
#include "libs/base/random.h"
#include "libs/base/trace.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/mesh/call_client.h"
#include "libs/wire/orders.h"
#include "libs/wire/status.h"
#include "libs/wire/validation.h"

namespace ordermesh::gateway {
namespace {

using validation::v1::BatchValidateOrdersRequest;
using validation::v1::BatchValidateOrdersResponse;
using Stub = validation::v1::ValidationService::Stub;

absl::StatusOr<std::vector<Validation>> Read(const BatchValidateOrdersResponse& response, std::size_t orders) {
  if (static_cast<std::size_t>(response.validations_size()) != orders) {
    return absl::InternalError(
        absl::StrCat("validation: ", response.validations_size(), " answers for ", orders, " orders"));
  }
  std::vector<Validation> validations;
  validations.reserve(orders);
  for (const auto& validation : response.validations()) {
    absl::StatusOr<domain::Verdict> verdict = wire::VerdictFromProto(validation);
    if (!verdict.ok()) {
      validations.push_back(verdict.status());
    } else if (auto* priced = std::get_if<domain::PricedOrder>(&*verdict)) {
      validations.push_back(std::move(*priced));
    } else {
      validations.push_back(
          domain::ToStatus(domain::Refuse(std::get<std::vector<domain::Violation>>(*std::move(verdict)))));
    }
  }
  return validations;
}

// gRPC's own refusal of a message, here or there, which has no other mark.
bool IsTooLarge(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED &&
         absl::StrContains(status.error_message(), "message larger than max");
}

}  // namespace

GrpcValidator::GrpcValidator(std::shared_ptr<grpc::Channel> channel)
    : stub_(validation::v1::ValidationService::NewStub(std::move(channel))) {}

aio::Task<absl::StatusOr<std::vector<Validation>>> GrpcValidator::Validate(aio::Lane& lane,
                                                                           std::vector<const domain::NewOrder*> orders,
                                                                           base::Deadline deadline,
                                                                           std::string traceparent) {
  BatchValidateOrdersRequest request;
  BatchValidateOrdersResponse response;
  request.mutable_orders()->Reserve(static_cast<int>(orders.size()));
  for (const domain::NewOrder* order : orders) wire::NewOrderToProto(*order, *request.add_orders());
  grpc::ClientContext context;
  mesh::PrepareContext(context, deadline, base::TraceContext::Continue(traceparent, base::SystemRandom()));
  auto ask = mesh::UnaryCall(mesh::GrpcLane::From(lane), *stub_, &Stub::PrepareAsyncBatchValidateOrders, context,
                             request, response);
  const grpc::Status status = co_await ask;
  if (status.ok()) co_return Read(response, orders.size());
  if (orders.size() == 1 || !IsTooLarge(status)) co_return Unchecked(status, lane.timer());
  // Asked in halves, so that the one that doesn't fit fails alone.
  const std::size_t half = orders.size() / 2;
  std::vector<Validation> validations;
  for (const auto& [from, to] : {std::pair{std::size_t{0}, half}, std::pair{half, orders.size()}}) {
    std::vector<const domain::NewOrder*> part(orders.begin() + static_cast<std::ptrdiff_t>(from),
                                              orders.begin() + static_cast<std::ptrdiff_t>(to));
    auto check = Validate(lane, std::move(part), deadline, traceparent);
    absl::StatusOr<std::vector<Validation>> checked = co_await check;
    if (checked.ok()) {
      std::move(checked->begin(), checked->end(), std::back_inserter(validations));
    } else {
      validations.insert(validations.end(), to - from, checked.status());
    }
  }
  co_return validations;
}

absl::Status GrpcValidator::Unchecked(const grpc::Status& status, base::Timer& timer) {
  const int code = static_cast<int>(status.error_code());
  if (const int failures = failures_.Add(absl::StrCat(code), timer.SteadyNow()); failures > 0) {
    base::LogWarning("validation_failed",
                     {{"code", code}, {"error", absl::string_view(status.error_message())}, {"failures", failures}});
  }
  const absl::Status inner = wire::FromGrpcStatus(status);
  // An overloaded or stale validator says so itself; its reason and its delay are worth passing on.
  const std::string reason = domain::RefusalOf(inner).reason;
  if (reason == domain::reasons::kOverloaded || reason == domain::reasons::kCatalogStale) return inner;
  const bool late = status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  return api::Unavailable(domain::reasons::kValidationUnavailable, "validation",
                          late ? "no answer in time" : "not reachable");
}

}  // namespace ordermesh::gateway
