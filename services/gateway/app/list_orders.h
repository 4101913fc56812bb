// Listing orders, a page at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/aio/task.h"
#include "libs/mesh/call.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// As the client asked.
struct ListRequest {
  OrderFilter filter;
  std::int32_t page_size = 0;
  std::string page_token;
  std::int32_t skip = 0;
  bool show_total_size = false;
};

struct OrderPage {
  std::vector<domain::Order> orders;  // newest first
  std::string next_page_token;        // empty: it was the last
  std::optional<std::int64_t> total_size;
};

// Thread-safe. The store must outlive it.
class ListOrders {
 public:
  explicit ListOrders(OrderStore& store) : store_(store) {}

  //   kInvalidArgument  a negative size or skip, or a page token that is not this query's
  //   kUnavailable      the database is not reachable
  aio::Task<absl::StatusOr<OrderPage>> Run(const mesh::CallContext& call, ListRequest request);

 private:
  OrderStore& store_;
};

}  // namespace ordermesh::gateway
