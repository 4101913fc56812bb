// ordermesh.catalog.v1.ProductService: decodes, calls the use case, maps its answer. No rules stand here.
#pragma once

#include <grpcpp/support/status.h>

#include "libs/aio/task.h"
#include "libs/mesh/server.h"
#include "ordermesh/catalog/v1/products.grpc.pb.h"
#include "services/catalog/app/list_products.h"
#include "services/catalog/app/products.h"

namespace ordermesh::catalog {

// Thread-safe. The use cases must outlive it, and it must outlive the server.
class ProductService {
 public:
  ProductService(Products& products, ListProducts& list) : products_(products), list_(list) {}

  // Before the server starts.
  void Register(mesh::Server& server);

  aio::Task<grpc::Status> Create(mesh::CallContext& call, const v1::CreateProductRequest& request, v1::Product& reply);
  aio::Task<grpc::Status> Get(mesh::CallContext& call, const v1::GetProductRequest& request, v1::Product& reply);
  aio::Task<grpc::Status> BatchGet(mesh::CallContext& call, const v1::BatchGetProductsRequest& request,
                                   v1::BatchGetProductsResponse& reply);
  aio::Task<grpc::Status> List(mesh::CallContext& call, const v1::ListProductsRequest& request,
                               v1::ListProductsResponse& reply);
  aio::Task<grpc::Status> Update(mesh::CallContext& call, const v1::UpdateProductRequest& request, v1::Product& reply);
  aio::Task<grpc::Status> Delete(mesh::CallContext& call, const v1::DeleteProductRequest& request, v1::Product& reply);
  aio::Task<grpc::Status> Undelete(mesh::CallContext& call, const v1::UndeleteProductRequest& request,
                                   v1::Product& reply);

 private:
  Products& products_;
  ListProducts& list_;
  v1::ProductService::AsyncService service_;
};

}  // namespace ordermesh::catalog
