#include "services/analytics/api/analytics_service.h"

#include <algorithm>
#include <utility>

#include "libs/api/times.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/mesh/server.h"
#include "libs/wire/money.h"
#include "libs/wire/status.h"
#include "libs/wire/time.h"

namespace ordermesh::analytics {
namespace {

// One look at a partition's log; those of two topics fit into a call's default deadline.
constexpr absl::Duration kLongestLook = absl::Milliseconds(800);

absl::StatusOr<SalesRequest> FromProto(const v1::QuerySalesRequest& proto) {
  SalesRequest request;
  if (proto.has_start_time()) {
    ASSIGN_OR_RETURN(request.start, api::ReadTime("start_time", proto.start_time()));
  }
  if (proto.has_end_time()) {
    ASSIGN_OR_RETURN(request.end, api::ReadTime("end_time", proto.end_time()));
  }
  for (const int group : proto.group_by()) {
    switch (group) {
      case v1::SALES_GROUP_PRODUCT:
        request.by_product = true;
        break;
      case v1::SALES_GROUP_HOUR:
        request.by_hour = true;
        break;
      case v1::SALES_GROUP_DAY:
        request.by_day = true;
        break;
      default:
        return domain::FilterMalformed("group_by", "has a value that is not known");
    }
  }
  request.product_id = proto.product_id();
  request.sku = proto.sku();
  return request;
}

void ToProto(const SalesFigure& figure, v1::SalesRow& row) {
  if (figure.start.has_value()) wire::TimeToProto(*figure.start, *row.mutable_start_time());
  if (!figure.product_id.is_nil()) row.set_product_id(figure.product_id.ToString());
  row.set_sku(figure.sku);
  const auto& [accepted, cancelled, paid, shipped] = figure.amounts;
  row.set_orders(accepted.orders);
  row.set_units(accepted.units);
  wire::MoneyToProto(accepted.revenue_minor, figure.currency, *row.mutable_revenue());
  row.set_cancelled_orders(cancelled.orders);
  row.set_cancelled_units(cancelled.units);
  wire::MoneyToProto(cancelled.revenue_minor, figure.currency, *row.mutable_cancelled_revenue());
  row.set_paid_orders(paid.orders);
  row.set_paid_units(paid.units);
  wire::MoneyToProto(paid.revenue_minor, figure.currency, *row.mutable_paid_revenue());
  row.set_shipped_orders(shipped.orders);
  row.set_shipped_units(shipped.units);
  wire::MoneyToProto(shipped.revenue_minor, figure.currency, *row.mutable_shipped_revenue());
}

}  // namespace

void AnalyticsService::Register(mesh::Server& server) {
  server.Add(&service_);
  server.Unary("QuerySales", &service_, &v1::AnalyticsService::AsyncService::RequestQuerySales,
               [this](mesh::CallContext& call, const v1::QuerySalesRequest& request, v1::QuerySalesResponse& reply) {
                 return Query(call, request, reply);
               });
  server.Unary("ListConsumerLags", &service_, &v1::AnalyticsService::AsyncService::RequestListConsumerLags,
               [this](mesh::CallContext& call, const v1::ListConsumerLagsRequest& request,
                      v1::ListConsumerLagsResponse& reply) { return Lags(call, request, reply); });
}

aio::Task<grpc::Status> AnalyticsService::Query(mesh::CallContext& call, const v1::QuerySalesRequest& request,
                                                v1::QuerySalesResponse& reply) {
  absl::StatusOr<SalesRequest> question = FromProto(request);
  if (!question.ok()) co_return wire::ToGrpcStatus(question.status());
  auto run = query_sales_.Run(call.waiter(), *std::move(question));
  absl::StatusOr<Sales> sales = co_await run;
  if (!sales.ok()) co_return wire::ToGrpcStatus(sales.status());
  for (const SalesFigure& figure : sales->figures) ToProto(figure, *reply.add_rows());
  wire::TimeToProto(sales->start, *reply.mutable_start_time());
  wire::TimeToProto(sales->end, *reply.mutable_end_time());
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> AnalyticsService::Lags(mesh::CallContext& call, const v1::ListConsumerLagsRequest&,
                                               v1::ListConsumerLagsResponse& reply) {
  auto run = list_lags_.Run(call.waiter(), std::min(kLongestLook, call.deadline().Remaining(timer_)));
  absl::StatusOr<std::vector<PartitionLag>> lags = co_await run;
  if (!lags.ok()) co_return wire::ToGrpcStatus(lags.status());
  for (const PartitionLag& lag : *lags) {
    v1::ConsumerLag& row = *reply.add_lags();
    row.set_topic(lag.partition.topic);
    row.set_partition(lag.partition.number);
    row.set_next_offset(lag.next_offset);
    row.set_end_offset(lag.end_offset);
    row.set_lag(lag.lag());
  }
  co_return grpc::Status::OK;
}

}  // namespace ordermesh::analytics
