// How much a product weighs.
#pragma once

#include <cstddef>

#include "services/catalog/app/product.h"

namespace ordermesh::catalog {

// What the product has at most in Protobuf's binary form.
std::size_t BytesAtMost(const Product& product);

}  // namespace ordermesh::catalog
