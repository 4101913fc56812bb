#include "services/gateway/api/decode.h"

#include <utility>

#include "libs/api/caller.h"
#include "libs/api/request_id.h"
#include "libs/api/times.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/rule_table.h"
#include "libs/domain/text.h"
#include "libs/wire/orders.h"
#include "services/gateway/app/refusals.h"

namespace ordermesh::gateway {
namespace {

absl::Status CheckSize(const orders::v1::Order& order) {
  const std::size_t bytes = order.ByteSizeLong();
  if (bytes <= kMaxOrderBytes) return absl::OkStatus();
  if (order.lines_size() <= domain::kMaxLines) return OrderTooLarge(bytes, kMaxOrderBytes);
  return domain::ToStatus(domain::Refuse({domain::Broken(domain::Rule::kLinesTooMany, "lines", order.lines_size())}));
}

}  // namespace

absl::Status CheckCaller(const mesh::CallContext& call) { return api::CheckCaller(call.caller()); }

absl::StatusOr<domain::NewOrder> DecodeOrder(const mesh::CallContext& call,
                                             const orders::v1::CreateOrderRequest& request) {
  RETURN_IF_ERROR(CheckCaller(call));
  ASSIGN_OR_RETURN(std::string request_id,
                   api::RequestIdFrom(request.request_id(), call.metadata_values("idempotency-key")));
  RETURN_IF_ERROR(CheckSize(request.order()));
  domain::NewOrder order = wire::NewOrderFromProto(request.order());
  order.caller = std::string(call.caller());
  order.request_id = std::move(request_id);
  return order;
}

absl::StatusOr<ListRequest> DecodeList(const mesh::CallContext& call, const orders::v1::ListOrdersRequest& request) {
  RETURN_IF_ERROR(CheckCaller(call));
  ListRequest list;
  list.filter.caller = std::string(call.caller());
  if (const absl::string_view problem = domain::FilterProblem(request.customer_id(), domain::kMaxCustomerIdBytes);
      !problem.empty()) {
    return domain::FieldRefused(domain::reasons::kIdMalformed, "customer_id", problem);
  }
  list.filter.customer_id = request.customer_id();
  if (request.state() != orders::v1::ORDER_STATE_UNSPECIFIED) {
    list.filter.state = wire::StateFromProto(request.state());
    if (list.filter.state == domain::OrderState::kUnspecified)
      return domain::FilterMalformed("state", "there is no such state");
  }
  ASSIGN_OR_RETURN(
      const api::TimeRange created,
      api::ReadTimeRange(
          {"create_time_from", request.has_create_time_from() ? &request.create_time_from() : nullptr},
          {"create_time_before", request.has_create_time_before() ? &request.create_time_before() : nullptr}));
  list.filter.created_from = created.from;
  list.filter.created_before = created.before;
  list.page_size = request.page_size();
  list.page_token = request.page_token();
  list.skip = request.skip();
  list.show_total_size = request.show_total_size();
  return list;
}

}  // namespace ordermesh::gateway
