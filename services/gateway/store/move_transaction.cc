#include "services/gateway/store/move_transaction.h"

#include <map>
#include <utility>
#include <vector>

#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/domain/states.h"
#include "libs/postgres/repeat.h"
#include "services/gateway/app/refusals.h"
#include "services/gateway/sql.h"
#include "services/gateway/store/order_rows.h"
#include "services/gateway/store/outbox_rows.h"

namespace ordermesh::gateway {
namespace {

using domain::OrderState;
using postgres::Array;
using postgres::Connection;
using postgres::Params;
using postgres::Result;
using postgres::Statement;
using postgres::Type;

constexpr Statement kLockMoves{"lock_moves", sql::kLockMoves};
constexpr Statement kLockOrder{"lock_order", sql::kLockOrder};
constexpr Statement kGetLines{"get_lines", sql::kGetLines};
constexpr Statement kMoveOrder{"move_order", sql::kMoveOrder};
constexpr Statement kLockStock{"lock_stock", sql::kLockStock};
constexpr Statement kMoveStock{"move_stock", sql::kMoveStock};

// What a move does to the stock of a product, for each piece that the order has of it.
struct StockEffect {
  int available = 0, reserved = 0;
};

StockEffect EffectOf(OrderState to) {
  if (to == OrderState::kCancelled) return {.available = +1, .reserved = -1};
  if (to == OrderState::kShipped) return {.available = 0, .reserved = -1};
  return {};
}

// Locks the order and reads it, as it is after waiting.
absl::StatusOr<domain::Order> Lock(Connection& connection, const OrderMove& move) {
  Array ids(Type::kUuid);
  ids.Add(move.id);
  Connection::Pipeline pipeline(connection);
  pipeline.Begin();
  pipeline.Send(kLockMoves, Params().Uuid(move.id));
  pipeline.Send(kLockOrder, Params().Uuid(move.id));
  pipeline.Send(kGetLines, Params().Array(ids));
  ASSIGN_OR_RETURN(std::vector<Result> results, pipeline.Finish());
  const Result& locked = results[1];
  if (locked.rows() == 0) return OrderNotFound(move.id);
  domain::Order order = ReadOrder(locked, 0);
  if (order.caller != move.caller) return OrderNotFound(move.id);
  domain::Order* const orders[] = {&order};
  AttachLines(results[2], orders);
  return order;
}

absl::StatusOr<domain::Move> Judge(const domain::Order& order, const OrderMove& move) {
  ASSIGN_OR_RETURN(const domain::Move verdict, domain::CheckMove(order.state, move.to));
  if (verdict == domain::Move::kChange && move.version.has_value() && *move.version != order.version) {
    return EtagStale(order.id);
  }
  return verdict;
}

absl::Status Change(Connection& connection, domain::Order& order, const OrderMove& move) {
  ASSIGN_OR_RETURN(Result updated,
                   connection.Execute(kMoveOrder, Params()
                                                      .Uuid(order.id)
                                                      .Int8(order.version)
                                                      .Int4(static_cast<std::int32_t>(move.to))
                                                      .Int4(static_cast<std::int32_t>(move.cancel_reason))));
  if (updated.rows() != 1) return absl::InternalError("the order changed although its row is locked");
  order.state = move.to;
  order.cancel_reason = move.cancel_reason;
  order.version = updated.Int8(0, 0);
  order.updated_at = updated.Timestamp(0, 1);
  return absl::OkStatus();
}

using Quantities = std::map<domain::ProductId, std::int64_t>;  // in the order in which everyone locks

void SendStock(Connection::Pipeline& pipeline, const Quantities& quantities, StockEffect effect) {
  Array products(Type::kUuid), available(Type::kInt8), reserved(Type::kInt8);
  for (const auto& [product, quantity] : quantities) {
    products.Add(product);
    available.Add(effect.available * quantity);
    reserved.Add(effect.reserved * quantity);
  }
  pipeline.Send(kLockStock, Params().Array(products));
  pipeline.Send(kMoveStock, Params().Array(products).Array(available).Array(reserved));
}

// A move is not refused because a product's stock has gone; but what was reserved of it is lost, and only we know how
// much.
void TellOfMissingStock(const domain::Order& order, Quantities missing, const Result& locked) {
  for (int row = 0; row < locked.rows(); ++row) missing.erase(locked.Uuid(row, 0));
  for (const auto& [product, quantity] : missing) {
    base::LogError("move_without_stock", {{"order_id", order.id.ToString()},
                                          {"state", domain::StateName(order.state)},
                                          {"product_id", product.ToString()},
                                          {"quantity", quantity}});
  }
}

// Moves the stock, tells of the order's move, and commits.
absl::Status Finish(Connection& connection, const OrderEvents& events, const domain::Order& order,
                    const OrderMove& move) {
  Quantities quantities;
  for (const domain::OrderLine& line : order.content.lines) quantities[line.product_id] += line.quantity;
  const StockEffect effect = EffectOf(move.to);
  const bool moves_stock = effect.available != 0 || effect.reserved != 0;
  OutboxRows rows;
  rows.Add(move.event_id, order, events.Describe(order, move.traceparent));

  Connection::Pipeline pipeline(connection);
  if (moves_stock) SendStock(pipeline, quantities, effect);
  rows.Send(pipeline);
  pipeline.Commit();
  ASSIGN_OR_RETURN(const std::vector<Result> results, pipeline.Finish());
  if (moves_stock) TellOfMissingStock(order, std::move(quantities), results[0]);
  return absl::OkStatus();
}

absl::StatusOr<domain::Order> Run(Connection& connection, const OrderEvents& events, const OrderMove& move) {
  ASSIGN_OR_RETURN(domain::Order order, Lock(connection, move));
  ASSIGN_OR_RETURN(const domain::Move verdict, Judge(order, move));
  if (verdict == domain::Move::kChange) {
    RETURN_IF_ERROR(Change(connection, order, move));
    RETURN_IF_ERROR(Finish(connection, events, order, move));
  }
  return order;
}

}  // namespace

absl::StatusOr<domain::Order> TryMove(Connection& connection, const OrderEvents& events, const OrderMove& move) {
  return postgres::EndAttempt(connection, Run(connection, events, move));
}

}  // namespace ordermesh::gateway
