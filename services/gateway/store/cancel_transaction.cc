#include "services/gateway/store/cancel_transaction.h"

#include <map>
#include <utility>
#include <vector>

#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/domain/states.h"
#include "services/gateway/app/refusals.h"
#include "services/gateway/sql.h"
#include "services/gateway/store/order_rows.h"
#include "services/gateway/store/outbox_rows.h"

namespace ordermesh::gateway {
namespace {

using postgres::Array;
using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kLockOrder{"lock_order", sql::kLockOrder};
constexpr Statement kGetLines{"get_lines", sql::kGetLines};
constexpr Statement kCancelOrder{"cancel_order", sql::kCancelOrder};
constexpr Statement kLockStock{"lock_stock", sql::kLockStock};
constexpr Statement kReserveStock{"reserve_stock", sql::kReserveStock};

// Locks the order and reads it, as it is after waiting.
absl::StatusOr<domain::Order> Lock(Connection& connection, const Cancellation& cancellation) {
  Array ids(Type::kUuid);
  ids.Add(cancellation.id);
  Connection::Pipeline pipeline(connection);
  pipeline.Begin();
  pipeline.Send(kLockOrder, Params().Uuid(cancellation.id));
  pipeline.Send(kGetLines, Params().Array(ids));
  ASSIGN_OR_RETURN(std::vector<Result> results, pipeline.Finish());
  if (results[0].rows() == 0) return OrderNotFound(cancellation.id);
  domain::Order order = ReadOrder(results[0], 0);
  if (order.caller != cancellation.caller) return OrderNotFound(cancellation.id);
  domain::Order* const orders[] = {&order};
  AttachLines(results[1], orders);
  return order;
}

absl::StatusOr<domain::Move> Judge(const domain::Order& order, const Cancellation& cancellation) {
  ASSIGN_OR_RETURN(const domain::Move move, domain::CheckMove(order.state, domain::OrderState::kCancelled));
  if (move == domain::Move::kChange && cancellation.version.has_value() && *cancellation.version != order.version) {
    return EtagStale(order.id);
  }
  return move;
}

absl::Status Change(Connection& connection, domain::Order& order) {
  ASSIGN_OR_RETURN(Result updated, connection.Execute(kCancelOrder, Params().Uuid(order.id).Int8(order.version)));
  if (updated.rows() != 1) return absl::InternalError("the order changed although its row is locked");
  order.state = domain::OrderState::kCancelled;
  order.version = updated.Int8(0, 0);
  order.updated_at = updated.Timestamp(0, 1);
  return absl::OkStatus();
}

// A customer's cancel is not refused because a product's stock has gone; but what was reserved of it is lost, and only
// we know how much.
void TellOfMissingStock(const domain::OrderId& order, const std::map<domain::ProductId, std::int64_t>& missing) {
  for (const auto& [product, quantity] : missing) {
    base::LogError("cancel_without_stock",
                   {{"order_id", order.ToString()}, {"product_id", product.ToString()}, {"quantity", quantity}});
  }
}

// Gives the stock back, tells of it, and commits.
absl::Status Finish(Connection& connection, const OrderEvents& events, const domain::Order& order,
                    const Cancellation& cancellation) {
  std::map<domain::ProductId, std::int64_t> given_back;  // in the order in which everyone locks
  for (const domain::OrderLine& line : order.content.lines) given_back[line.product_id] += line.quantity;
  Array products(Type::kUuid), quantities(Type::kInt8);
  for (const auto& [product, quantity] : given_back) {
    products.Add(product);
    quantities.Add(-quantity);
  }
  OutboxRows rows;
  rows.Add(cancellation.event_id, order, events.Describe(order, cancellation.traceparent));

  Connection::Pipeline pipeline(connection);
  pipeline.Send(kLockStock, Params().Array(products));
  pipeline.Send(kReserveStock, Params().Array(products).Array(quantities));
  rows.Send(pipeline);
  pipeline.Commit();
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  for (int row = 0; row < results[0].rows(); ++row) given_back.erase(results[0].Uuid(row, 0));
  TellOfMissingStock(order.id, given_back);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<domain::Order> TryCancel(Connection& connection, const OrderEvents& events,
                                        const Cancellation& cancellation) {
  absl::StatusOr<domain::Order> order = Lock(connection, cancellation);
  if (order.ok()) {
    const absl::StatusOr<domain::Move> move = Judge(*order, cancellation);
    if (move.ok() && *move == domain::Move::kChange) {
      absl::Status done = Change(connection, *order);
      if (done.ok()) done = Finish(connection, events, *order, cancellation);
      if (done.ok()) return order;
      order = std::move(done);
    } else if (!move.ok()) {
      order = move.status();
    }
  }
  // Nothing to do, or nothing done. A connection that failed has ended its transaction already.
  const bool outcome_unknown = connection.OutcomeUnknown();
  if (!outcome_unknown && connection.in_transaction()) RETURN_IF_ERROR(connection.Rollback());
  return order;
}

}  // namespace ordermesh::gateway
