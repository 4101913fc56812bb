// ordermesh.catalog.v1.CustomerService: decodes, calls the use case, maps its answer. No rules stand here.
#pragma once

#include <grpcpp/support/status.h>

#include "libs/aio/task.h"
#include "libs/mesh/server.h"
#include "ordermesh/catalog/v1/customers.grpc.pb.h"
#include "services/catalog/app/customers.h"

namespace ordermesh::catalog {

// Thread-safe. The use cases must outlive it, and it must outlive the server.
class CustomerService {
 public:
  explicit CustomerService(Customers& customers) : customers_(customers) {}

  // Before the server starts.
  void Register(mesh::Server& server);

  aio::Task<grpc::Status> Create(mesh::CallContext& call, const v1::CreateCustomerRequest& request,
                                 v1::Customer& reply);
  aio::Task<grpc::Status> Get(mesh::CallContext& call, const v1::GetCustomerRequest& request, v1::Customer& reply);
  aio::Task<grpc::Status> List(mesh::CallContext& call, const v1::ListCustomersRequest& request,
                               v1::ListCustomersResponse& reply);
  aio::Task<grpc::Status> Update(mesh::CallContext& call, const v1::UpdateCustomerRequest& request,
                                 v1::Customer& reply);
  aio::Task<grpc::Status> Delete(mesh::CallContext& call, const v1::DeleteCustomerRequest& request,
                                 v1::Customer& reply);

 private:
  Customers& customers_;
  v1::CustomerService::AsyncService service_;
};

}  // namespace ordermesh::catalog
