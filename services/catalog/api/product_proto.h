// Products on the wire.
#pragma once

#include "ordermesh/catalog/v1/products.pb.h"
#include "services/catalog/app/product.h"

namespace ordermesh::catalog {

void ProductToProto(const Product& product, v1::Product& proto);

}  // namespace ordermesh::catalog
