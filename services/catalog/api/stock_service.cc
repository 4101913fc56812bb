#include "services/catalog/api/stock_service.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "libs/api/fingerprint.h"
#include "libs/api/request_id.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/wire/status.h"
#include "services/catalog/api/caller.h"
#include "services/catalog/api/stock_proto.h"

namespace ordermesh::catalog {
namespace {

using Service = v1::StockService::AsyncService;

template <class Request>
absl::StatusOr<base::Uuid> ProductId(const Request& request) {
  return domain::ReadId(request.product_id(), "product_id");
}

template <class Request>
api::PageRequest PageOfRequest(const Request& request) {
  return {request.page_size(), request.page_token(), request.skip()};
}

std::optional<StockChange> ChangeOf(const v1::AdjustStockRequest& request) {
  switch (request.change_case()) {
    case v1::AdjustStockRequest::kDelta:
      return StockChange{StockChange::Kind::kDelta, request.delta()};
    case v1::AdjustStockRequest::kAvailableCount:
      return StockChange{StockChange::Kind::kCount, request.available_count()};
    case v1::AdjustStockRequest::CHANGE_NOT_SET:
      break;
  }
  return std::nullopt;
}

absl::StatusOr<AdjustmentRequest> DecodeAdjustment(const mesh::CallContext& call,
                                                   const v1::AdjustStockRequest& request) {
  RETURN_IF_ERROR(CheckCaller(call));
  AdjustmentRequest adjustment;
  ASSIGN_OR_RETURN(adjustment.product_id, ProductId(request));
  ASSIGN_OR_RETURN(adjustment.request_id,
                   api::RequiredRequestId(request.request_id(), call.metadata_values("idempotency-key")));
  adjustment.change = ChangeOf(request);
  adjustment.reason = request.reason();
  adjustment.fingerprint = api::Fingerprint(request, {"request_id"});
  return adjustment;
}

}  // namespace

void StockService::Register(mesh::Server& server) {
  server.Add(&service_);
  server.Unary("GetStock", &service_, &Service::RequestGetStock,
               [this](mesh::CallContext& call, const v1::GetStockRequest& request, v1::StockLevel& reply) {
                 return Get(call, request, reply);
               });
  server.Unary("ListStock", &service_, &Service::RequestListStock,
               [this](mesh::CallContext& call, const v1::ListStockRequest& request, v1::ListStockResponse& reply) {
                 return List(call, request, reply);
               });
  // Counted apart, so that many who read keep nobody from adjusting.
  server.Unary("AdjustStock", &service_, &Service::RequestAdjustStock,
               [this](mesh::CallContext& call, const v1::AdjustStockRequest& request, v1::StockLevel& reply) {
                 return Adjust(call, request, reply);
               },
               {.max_in_progress = server.max_calls()});
  server.Unary("ListStockMovements", &service_, &Service::RequestListStockMovements,
               [this](mesh::CallContext& call, const v1::ListStockMovementsRequest& request,
                      v1::ListStockMovementsResponse& reply) { return ListMovements(call, request, reply); });
}

aio::Task<grpc::Status> StockService::Get(mesh::CallContext& call, const v1::GetStockRequest& request,
                                          v1::StockLevel& reply) {
  const absl::StatusOr<base::Uuid> product = ProductId(request);
  if (!product.ok()) co_return wire::ToGrpcStatus(product.status());
  auto run = stock_.Get(call, *product);
  const absl::StatusOr<StockLevel> level = co_await run;
  if (!level.ok()) co_return wire::ToGrpcStatus(level.status());
  StockLevelToProto(*level, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> StockService::List(mesh::CallContext& call, const v1::ListStockRequest& request,
                                           v1::ListStockResponse& reply) {
  StockListRequest list{.page = PageOfRequest(request), .show_total_size = request.show_total_size()};
  if (request.has_available_below()) list.available_below = request.available_below();
  auto run = stock_.List(call, std::move(list));
  const absl::StatusOr<StockPage> page = co_await run;
  if (!page.ok()) co_return wire::ToGrpcStatus(page.status());
  for (const StockLevel& level : page->page.rows) StockLevelToProto(level, *reply.add_stock());
  reply.set_next_page_token(page->page.next_page_token);
  reply.set_total_size(static_cast<std::int32_t>(page->total_size.value_or(0)));
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> StockService::Adjust(mesh::CallContext& call, const v1::AdjustStockRequest& request,
                                             v1::StockLevel& reply) {
  absl::StatusOr<AdjustmentRequest> adjustment = DecodeAdjustment(call, request);
  if (!adjustment.ok()) co_return wire::ToGrpcStatus(adjustment.status());
  auto run = stock_.Adjust(call, *std::move(adjustment));
  const absl::StatusOr<StockLevel> level = co_await run;
  if (!level.ok()) co_return wire::ToGrpcStatus(level.status());
  StockLevelToProto(*level, reply);
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> StockService::ListMovements(mesh::CallContext& call,
                                                    const v1::ListStockMovementsRequest& request,
                                                    v1::ListStockMovementsResponse& reply) {
  const absl::StatusOr<base::Uuid> product = ProductId(request);
  if (!product.ok()) co_return wire::ToGrpcStatus(product.status());
  MovementListRequest list{
      .product_id = *product, .page = PageOfRequest(request), .show_total_size = request.show_total_size()};
  auto run = stock_.ListMovements(call, std::move(list));
  const absl::StatusOr<MovementPage> page = co_await run;
  if (!page.ok()) co_return wire::ToGrpcStatus(page.status());
  for (const Movement& movement : page->page.rows) MovementToProto(movement, *reply.add_movements());
  reply.set_next_page_token(page->page.next_page_token);
  reply.set_total_size(static_cast<std::int32_t>(page->total_size.value_or(0)));
  co_return grpc::Status::OK;
}

}  // namespace ordermesh::catalog
