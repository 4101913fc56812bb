#include "services/gateway/store/order_rows.h"

#include "absl/container/flat_hash_map.h"

namespace ordermesh::gateway {

domain::Order ReadOrder(const postgres::Result& rows, int row) {
  domain::Order order;
  order.id = rows.Uuid(row, 0);
  order.caller = std::string(rows.Text(row, 1));
  order.content.customer_id = std::string(rows.Text(row, 2));
  order.state = static_cast<domain::OrderState>(rows.Int4(row, 3));
  order.content.total = {rows.Int8(row, 4), std::string(rows.Text(row, 5))};
  order.content.contact_email = std::string(rows.Text(row, 6));
  order.content.note = std::string(rows.Text(row, 7));
  order.version = rows.Int8(row, 8);
  order.created_at = rows.Timestamp(row, 9);
  order.updated_at = rows.Timestamp(row, 10);
  order.cancel_reason = static_cast<domain::CancelReason>(rows.Int4(row, 11));
  return order;
}

void AttachLines(const postgres::Result& rows, absl::Span<domain::Order* const> orders) {
  absl::flat_hash_map<domain::OrderId, domain::Order*> by_id;
  by_id.reserve(orders.size());
  for (domain::Order* order : orders) by_id.emplace(order->id, order);
  for (int row = 0; row < rows.rows(); ++row) {
    auto found = by_id.find(rows.Uuid(row, 0));
    if (found == by_id.end()) continue;
    found->second->content.lines.push_back({.product_id = rows.Uuid(row, 1),
                                            .sku = std::string(rows.Text(row, 2)),
                                            .name = std::string(rows.Text(row, 3)),
                                            .quantity = rows.Int4(row, 4),
                                            .unit_price_minor = rows.Int8(row, 5)});
  }
}

}  // namespace ordermesh::gateway
