// How much an order weighs.
#pragma once

#include <cstddef>

#include "libs/domain/order.h"

namespace ordermesh::domain {

// What the order has at most in Protobuf's binary form: at most kLargestOrderBytes when it follows the rules.
std::size_t BytesAtMost(const Order& order);

}  // namespace ordermesh::domain
