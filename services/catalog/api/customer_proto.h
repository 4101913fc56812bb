// Customers on the wire.
#pragma once

#include "ordermesh/catalog/v1/customers.pb.h"
#include "services/catalog/app/customer.h"

namespace ordermesh::catalog {

void CustomerToProto(const Customer& customer, v1::Customer& proto);

}  // namespace ordermesh::catalog
