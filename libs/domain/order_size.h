// How much an order weighs.
#pragma once

#include <cstddef>

#include "libs/domain/order.h"

namespace ordermesh::domain {

// What the order has at most in Protobuf's binary form: at most kLargestOrderBytes when it follows the rules.
std::size_t BytesAtMost(const Order& order);

// What checking it sends at most, there or back, whichever is more: the order as the client sent it, or priced, with
// what the catalogue says of its lines.
std::size_t CheckedBytesAtMost(const NewOrder& order);

}  // namespace ordermesh::domain
