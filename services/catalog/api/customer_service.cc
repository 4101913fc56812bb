#include "services/catalog/api/customer_service.h"

#include <cstdint>
#include <utility>

#include "libs/wire/status.h"
#include "services/catalog/api/caller.h"
#include "services/catalog/api/customer_proto.h"
#include "services/catalog/api/customer_requests.h"

namespace ordermesh::catalog {
namespace {

// Its second argument is what a use case gave.
grpc::Status Reply(v1::Customer& reply, const absl::StatusOr<Customer>& customer) {
  if (!customer.ok()) return wire::ToGrpcStatus(customer.status());
  CustomerToProto(*customer, reply);
  return grpc::Status::OK;
}

}  // namespace

using Service = v1::CustomerService::AsyncService;

void CustomerService::Register(mesh::Server& server) {
  server.Add(&service_);
  server.Unary("CreateCustomer", &service_, &Service::RequestCreateCustomer,
               [this](mesh::CallContext& call, const v1::CreateCustomerRequest& request, v1::Customer& reply) {
                 return Create(call, request, reply);
               });
  server.Unary("GetCustomer", &service_, &Service::RequestGetCustomer,
               [this](mesh::CallContext& call, const v1::GetCustomerRequest& request, v1::Customer& reply) {
                 return Get(call, request, reply);
               });
  server.Unary("ListCustomers", &service_, &Service::RequestListCustomers,
               [this](mesh::CallContext& call, const v1::ListCustomersRequest& request,
                      v1::ListCustomersResponse& reply) { return List(call, request, reply); });
  server.Unary("UpdateCustomer", &service_, &Service::RequestUpdateCustomer,
               [this](mesh::CallContext& call, const v1::UpdateCustomerRequest& request, v1::Customer& reply) {
                 return Update(call, request, reply);
               });
  server.Unary("DeleteCustomer", &service_, &Service::RequestDeleteCustomer,
               [this](mesh::CallContext& call, const v1::DeleteCustomerRequest& request, v1::Customer& reply) {
                 return Delete(call, request, reply);
               });
}

aio::Task<grpc::Status> CustomerService::Create(mesh::CallContext& call, const v1::CreateCustomerRequest& request,
                                                v1::Customer& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<NewCustomer> customer = NewCustomerFromProto(call, request);
  if (!customer.ok()) co_return wire::ToGrpcStatus(customer.status());
  auto run = customers_.Create(call, *std::move(customer));
  const absl::StatusOr<Customer> stored = co_await run;
  co_return Reply(reply, stored);
}

aio::Task<grpc::Status> CustomerService::Get(mesh::CallContext& call, const v1::GetCustomerRequest& request,
                                             v1::Customer& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  auto run = customers_.Get(call, request.id());
  const absl::StatusOr<Customer> customer = co_await run;
  co_return Reply(reply, customer);
}

aio::Task<grpc::Status> CustomerService::List(mesh::CallContext& call, const v1::ListCustomersRequest& request,
                                              v1::ListCustomersResponse& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<CustomerListRequest> list = CustomerListFromProto(request);
  if (!list.ok()) co_return wire::ToGrpcStatus(list.status());
  auto run = customers_.List(call, *std::move(list));
  const absl::StatusOr<CustomerPage> listed = co_await run;
  if (!listed.ok()) co_return wire::ToGrpcStatus(listed.status());
  for (const Customer& customer : listed->page.rows) CustomerToProto(customer, *reply.add_customers());
  reply.set_next_page_token(listed->page.next_page_token);
  reply.set_total_size(static_cast<std::int32_t>(listed->total_size.value_or(0)));
  co_return grpc::Status::OK;
}

aio::Task<grpc::Status> CustomerService::Update(mesh::CallContext& call, const v1::UpdateCustomerRequest& request,
                                                v1::Customer& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  absl::StatusOr<CustomerChange> change = CustomerChangeFromProto(request);
  if (!change.ok()) co_return wire::ToGrpcStatus(change.status());
  auto run = customers_.Update(call, *std::move(change));
  const absl::StatusOr<Customer> customer = co_await run;
  co_return Reply(reply, customer);
}

aio::Task<grpc::Status> CustomerService::Delete(mesh::CallContext& call, const v1::DeleteCustomerRequest& request,
                                                v1::Customer& reply) {
  if (absl::Status caller = CheckCaller(call); !caller.ok()) co_return wire::ToGrpcStatus(caller);
  auto run = customers_.Delete(call, request.id(), request.etag());
  const absl::StatusOr<Customer> customer = co_await run;
  co_return Reply(reply, customer);
}

}  // namespace ordermesh::catalog
