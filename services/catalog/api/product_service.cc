#include "services/catalog/api/product_service.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "libs/wire/status.h"
#include "services/catalog/api/caller.h"
#include "services/catalog/api/product_proto.h"
#include "services/catalog/api/product_requests.h"

namespace ordermesh::catalog {
namespace {

// Its second argument is what a use case gave.
grpc::Status Reply(v1::Product& reply, const absl::StatusOr<Product>& product) {
  if (!product.ok()) return wire::ToGrpcStatus(product.status());
  ProductToProto(*product, reply);
  return grpc::Status::OK;
}

}  // namespace

using Service = v1::ProductService::AsyncService;

void ProductService::Register(mesh::Server& server) {
  server.Add(&service_);
  server.Unary("CreateProduct", &service_, &Service::RequestCreateProduct,
               [this](mesh::CallContext& call, const v1::CreateProductRequest& request, v1::Product& reply) {
                 return Create(call, request, reply);
               });
  server.Unary("GetProduct", &service_, &Service::RequestGetProduct,
               [this](mesh::CallContext& call, const v1::GetProductRequest& request, v1::Product& reply) {
                 return Get(call, request, reply);
               });
  server.Unary("BatchGetProducts", &service_, &Service::RequestBatchGetProducts,
               [this](mesh::CallContext& call, const v1::BatchGetProductsRequest& request,
                      v1::BatchGetProductsResponse& reply) { return BatchGet(call, request, reply); });
  server.Unary("ListProducts", &service_, &Service::RequestListProducts,
               [this](mesh::CallContext& call, const v1::ListProductsRequest& request,
                      v1::ListProductsResponse& reply) { return List(call, request, reply); });
  server.Unary("UpdateProduct", &service_, &Service::RequestUpdateProduct,
               [this](mesh::CallContext& call, const v1::UpdateProductRequest& request, v1::Product& reply) {
                 return Update(call, request, reply);
               });
  server.Unary("DeleteProduct", &service_, &Service::RequestDeleteProduct,
               [this](mesh::CallContext& call, const v1::DeleteProductRequest& request, v1::Product& reply) {
                 return Delete(call, request, reply);
               });
  server.Unary("UndeleteProduct", &service_, &Service::RequestUndeleteProduct,
               [this](mesh::CallContext& call, const v1::UndeleteProductRequest& request, v1::Product& reply) {
                 return Undelete(call, request, reply);
               });
}

aio::Task<grpc::Status> ProductService::Create(mesh::CallContext& call, const v1::CreateProductRequest& request,
                                               v1::Product& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<NewProduct> product = NewProductFromProto(call, request);
  if (!product.ok()) co_return wire::ToGrpcStatus(product.status());
  auto run = products_.Create(call, *std::move(product));
  const absl::StatusOr<Product> stored = co_await run;
  co_return Reply(reply, stored);
}

aio::Task<grpc::Status> ProductService::Get(mesh::CallContext& call, const v1::GetProductRequest& request,
                                            v1::Product& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<ProductKey> key = ReadProductKey(request.id(), request.sku());
  if (!key.ok()) co_return wire::ToGrpcStatus(key.status());
  auto run = products_.Get(call, *std::move(key));
  const absl::StatusOr<Product> product = co_await run;
  co_return Reply(reply, product);
}

aio::Task<grpc::Status> ProductService::BatchGet(mesh::CallContext& call, const v1::BatchGetProductsRequest& request,
                                                 v1::BatchGetProductsResponse& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<std::vector<ProductKey>> keys = ProductKeysFromProto(request);
  if (!keys.ok()) co_return wire::ToGrpcStatus(keys.status());
  auto run = products_.BatchGet(call, *std::move(keys));
  const absl::StatusOr<std::vector<Product>> products = co_await run;
  if (!products.ok()) co_return wire::ToGrpcStatus(products.status());
  for (const Product& product : *products) ProductToProto(product, *reply.add_products());
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> ProductService::List(mesh::CallContext& call, const v1::ListProductsRequest& request,
                                             v1::ListProductsResponse& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<ProductListRequest> list = ProductListFromProto(request);
  if (!list.ok()) co_return wire::ToGrpcStatus(list.status());
  auto run = list_.Run(call, *std::move(list));
  const absl::StatusOr<ProductPage> page = co_await run;
  if (!page.ok()) co_return wire::ToGrpcStatus(page.status());
  for (const Product& product : page->products) ProductToProto(product, *reply.add_products());
  reply.set_next_page_token(page->next_page_token);
  reply.set_total_size(static_cast<std::int32_t>(page->total_size.value_or(0)));
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> ProductService::Update(mesh::CallContext& call, const v1::UpdateProductRequest& request,
                                               v1::Product& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<ProductUpdate> update = ProductUpdateFromProto(request);
  if (!update.ok()) co_return wire::ToGrpcStatus(update.status());
  auto run = products_.Update(call, *std::move(update));
  const absl::StatusOr<Product> stored = co_await run;
  co_return Reply(reply, stored);
}

aio::Task<grpc::Status> ProductService::Delete(mesh::CallContext& call, const v1::DeleteProductRequest& request,
                                               v1::Product& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<ProductKey> key = ReadProductKey(request.id(), request.sku());
  if (!key.ok()) co_return wire::ToGrpcStatus(key.status());
  auto run = products_.Delete(call, *std::move(key), request.etag());
  const absl::StatusOr<Product> stored = co_await run;
  co_return Reply(reply, stored);
}

aio::Task<grpc::Status> ProductService::Undelete(mesh::CallContext& call, const v1::UndeleteProductRequest& request,
                                                 v1::Product& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<ProductKey> key = ReadProductKey(request.id(), "");
  if (!key.ok()) co_return wire::ToGrpcStatus(key.status());
  auto run = products_.Undelete(call, *std::move(key), request.etag());
  const absl::StatusOr<Product> stored = co_await run;
  co_return Reply(reply, stored);
}

}  // namespace ordermesh::catalog
