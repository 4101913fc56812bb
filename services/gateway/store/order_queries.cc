#include "services/gateway/store/order_queries.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "libs/api/page.h"
#include "libs/base/status.h"
#include "libs/domain/order_size.h"
#include "services/gateway/sql.h"
#include "services/gateway/store/order_rows.h"

namespace ordermesh::gateway {
namespace {

using postgres::Array;
using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kGetOrder{"get_order", sql::kGetOrder};
constexpr Statement kGetLines{"get_lines", sql::kGetLines};
constexpr Statement kListOrders{"list_orders", sql::kListOrders};
constexpr Statement kListCustomerOrders{"list_customer_orders", sql::kListCustomerOrders};
constexpr Statement kCountOrders{"count_orders", sql::kCountOrders};
constexpr Statement kCountCustomerOrders{"count_customer_orders", sql::kCountCustomerOrders};
constexpr Statement kFindOrders{"find_orders", sql::kFindOrders};
constexpr Statement kFindLines{"find_lines", sql::kFindLines};
constexpr Statement kOrderVersions{"order_versions", sql::kOrderVersions};

// Before and after every order; proto timestamps reach no further.
const absl::Time kFirst = absl::FromUnixSeconds(-62135596800);  // 0001-01-01
const absl::Time kLast = absl::FromUnixSeconds(253402300800);   // 10000-01-01

// Whose lines are read at once. Most pages, of 20 orders and one more, are read in one go; of larger ones at most as
// many lines too many as these have.
constexpr std::size_t kOrdersAtATime = 21;

}  // namespace

absl::StatusOr<std::optional<domain::Order>> GetOrder(Connection& connection, const std::string& caller,
                                                      const domain::OrderId& id) {
  Array ids(Type::kUuid);
  ids.Add(id);
  Connection::Pipeline pipeline(connection);
  pipeline.Send(kGetOrder, Params().Uuid(id));
  pipeline.Send(kGetLines, Params().Array(ids));
  ASSIGN_OR_RETURN(std::vector<Result> results, pipeline.Finish());
  if (results[0].rows() == 0) return std::nullopt;
  domain::Order order = ReadOrder(results[0], 0);
  if (order.caller != caller) return std::nullopt;
  domain::Order* const orders[] = {&order};
  AttachLines(results[1], orders);
  return order;
}

absl::StatusOr<std::vector<domain::Order>> ListOrders(Connection& connection, const OrderQuery& query) {
  const OrderFilter& filter = query.filter;
  // What comes behind "before" is what comes behind its first possible id.
  const api::TimeAndId from =
      query.after.value_or(api::TimeAndId{filter.created_before.value_or(kLast), domain::OrderId()});
  Params params;
  params.Text(filter.caller).Int4(static_cast<std::int32_t>(filter.state));
  params.Timestamp(filter.created_from.value_or(kFirst)).Timestamp(from.time).Uuid(from.id);
  params.Int8(query.skip).Int8(query.limit);
  if (!filter.customer_id.empty()) params.Text(filter.customer_id);
  ASSIGN_OR_RETURN(Result page,
                   connection.Execute(filter.customer_id.empty() ? kListOrders : kListCustomerOrders, params));

  std::vector<domain::Order> orders;
  orders.reserve(page.rows());
  for (int row = 0; row < page.rows(); ++row) orders.push_back(ReadOrder(page, row));
  std::size_t read = 0, bytes = 0;
  while (read < orders.size()) {
    Array ids(Type::kUuid);
    std::vector<domain::Order*> wanting;
    for (; read < orders.size() && wanting.size() < kOrdersAtATime; ++read) {
      ids.Add(orders[read].id);
      wanting.push_back(&orders[read]);
    }
    ASSIGN_OR_RETURN(Result lines, connection.Execute(kGetLines, Params().Array(ids)));
    AttachLines(lines, wanting);
    for (std::size_t i = read - wanting.size(); i < read; ++i) {
      if (i > 1 && bytes > query.max_bytes) {
        orders.resize(i);
        return orders;
      }
      bytes += domain::BytesAtMost(orders[i]);
    }
  }
  return orders;
}

absl::StatusOr<std::int64_t> CountOrders(Connection& connection, const OrderFilter& filter, std::int64_t at_most) {
  Params params;
  params.Text(filter.caller).Int4(static_cast<std::int32_t>(filter.state));
  params.Timestamp(filter.created_from.value_or(kFirst)).Timestamp(filter.created_before.value_or(kLast));
  params.Int8(at_most);
  if (!filter.customer_id.empty()) params.Text(filter.customer_id);
  ASSIGN_OR_RETURN(Result count,
                   connection.Execute(filter.customer_id.empty() ? kCountOrders : kCountCustomerOrders, params));
  return count.Int8(0, 0);
}

absl::StatusOr<std::vector<std::optional<StoredRequest>>> FindOrders(Connection& connection,
                                                                     const std::vector<RequestKey>& keys) {
  Array callers(Type::kText), requests(Type::kText);
  absl::flat_hash_map<std::pair<absl::string_view, absl::string_view>, std::size_t> places;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!places.try_emplace({keys[i].caller, keys[i].request_id}, i).second) continue;
    callers.Add(keys[i].caller);
    requests.Add(keys[i].request_id);
  }
  const Params params = std::move(Params().Array(callers).Array(requests));
  Connection::Pipeline pipeline(connection);
  pipeline.Send(kFindOrders, params);
  pipeline.Send(kFindLines, params);
  ASSIGN_OR_RETURN(std::vector<Result> results, pipeline.Finish());

  std::vector<std::optional<StoredRequest>> found(keys.size());
  std::vector<domain::Order*> wanting;
  const Result& rows = results[0];
  for (int row = 0; row < rows.rows(); ++row) {
    const std::size_t place = places.at({rows.Text(row, 1), rows.Text(row, 12)});
    found[place] = StoredRequest{ReadOrder(rows, row), std::string(rows.Text(row, 13))};
    wanting.push_back(&found[place]->order);
  }
  AttachLines(results[1], wanting);
  for (std::size_t i = 0; i < keys.size(); ++i) {  // keys that were given twice
    const std::size_t place = places.at({keys[i].caller, keys[i].request_id});
    if (place != i) found[i] = found[place];
  }
  return found;
}

absl::StatusOr<std::map<domain::OrderId, std::int64_t>> OrderVersions(Connection& connection,
                                                                      const std::vector<domain::OrderId>& ids) {
  Array wanted(Type::kUuid);
  for (const domain::OrderId& id : ids) wanted.Add(id);
  ASSIGN_OR_RETURN(Result rows, connection.Execute(kOrderVersions, Params().Array(wanted)));
  std::map<domain::OrderId, std::int64_t> versions;
  for (int row = 0; row < rows.rows(); ++row) versions[rows.Uuid(row, 0)] = rows.Int8(row, 1);
  return versions;
}

}  // namespace ordermesh::gateway
