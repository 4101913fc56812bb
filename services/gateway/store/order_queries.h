// What is read of orders. Each blocks, and fails with a status of `connection`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/order_store.h"

namespace ordermesh::gateway {

// Nothing: there is none with this id, or it is another caller's.
absl::StatusOr<std::optional<domain::Order>> GetOrder(postgres::Connection& connection, const std::string& caller,
                                                      const domain::OrderId& id);
absl::StatusOr<std::vector<domain::Order>> ListOrders(postgres::Connection& connection, const OrderQuery& query);
absl::StatusOr<std::int64_t> CountOrders(postgres::Connection& connection, const OrderFilter& filter,
                                         std::int64_t at_most);
absl::StatusOr<std::vector<std::optional<StoredRequest>>> FindOrders(postgres::Connection& connection,
                                                                     const std::vector<RequestKey>& keys);
absl::StatusOr<std::map<domain::OrderId, std::int64_t>> OrderVersions(postgres::Connection& connection,
                                                                      const std::vector<domain::OrderId>& ids);

}  // namespace ordermesh::gateway
