// Requests of ordermesh.orders.v1 as the use cases take them.
#pragma once

#include "absl/status/statusor.h"
#include "libs/domain/order.h"
#include "libs/mesh/call.h"
#include "ordermesh/orders/v1/orders.pb.h"
#include "services/gateway/app/list_orders.h"

namespace ordermesh::gateway {

// An order that follows the rules is far smaller. One that is larger must not make the message to the validator larger
// than gRPC takes, in which it travels with 63 others.
inline constexpr std::size_t kMaxOrderBytes = std::size_t{48} << 10;

// 1 to 128 visible ASCII characters. INVALID_ARGUMENT, CALLER_MALFORMED.
absl::Status CheckCaller(const mesh::CallContext& call);

// With caller and request id. Whether the order follows the rules is for validation to say, unless it is too large to
// be sent there.
//   kInvalidArgument  the caller or the request id is malformed, the two request ids differ, or the order is too large
absl::StatusOr<domain::NewOrder> DecodeOrder(const mesh::CallContext& call,
                                             const orders::v1::CreateOrderRequest& request);

//   kInvalidArgument  the caller, the customer's id or a filter is malformed
absl::StatusOr<ListRequest> DecodeList(const mesh::CallContext& call, const orders::v1::ListOrdersRequest& request);

}  // namespace ordermesh::gateway
