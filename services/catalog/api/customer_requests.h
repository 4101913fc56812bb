// Requests about customers as the use cases take them.
#pragma once

#include "absl/status/statusor.h"
#include "libs/mesh/call.h"
#include "ordermesh/catalog/v1/customers.pb.h"
#include "services/catalog/app/customers.h"

namespace ordermesh::catalog {

// Whether they follow the rules is for the use cases to say. INVALID_ARGUMENT: what can't be read at all, a request id,
// a mask, a filter.
absl::StatusOr<NewCustomer> NewCustomerFromProto(const mesh::CallContext& call,
                                                 const v1::CreateCustomerRequest& request);
absl::StatusOr<CustomerChange> CustomerChangeFromProto(const v1::UpdateCustomerRequest& request);
absl::StatusOr<CustomerListRequest> CustomerListFromProto(const v1::ListCustomersRequest& request);

}  // namespace ordermesh::catalog
