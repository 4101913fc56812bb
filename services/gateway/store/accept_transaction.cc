#include "services/gateway/store/accept_transaction.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/domain/refusal.h"
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

constexpr Statement kInsertOrders{"insert_orders", sql::kInsertOrders};
constexpr Statement kLockStock{"lock_stock", sql::kLockStock};
constexpr Statement kLockStockNowait{"lock_stock_nowait", sql::kLockStockNowait};
constexpr Statement kDeleteRefused{"delete_refused", sql::kDeleteRefused};
constexpr Statement kReserveStock{"reserve_stock", sql::kReserveStock};
constexpr Statement kInsertLines{"insert_lines", sql::kInsertLines};
constexpr Statement kReadByIndex{"read_by_index", sql::kReadByIndex};
constexpr Statement kFindOrders{"find_orders", sql::kFindOrders};
constexpr Statement kFindLines{"find_lines", sql::kFindLines};

// Places in the batch, by (caller, request id).
std::vector<int> ByKey(absl::Span<const Acceptance> batch) {
  std::vector<int> places(batch.size());
  std::iota(places.begin(), places.end(), 0);
  std::sort(places.begin(), places.end(), [&](int a, int b) {
    const int callers = batch[a].order.caller.compare(batch[b].order.caller);
    return callers != 0 ? callers < 0 : batch[a].request_id < batch[b].request_id;
  });
  return places;
}

Params OrderParams(absl::Span<const Acceptance> batch, const std::vector<int>& places) {
  Array ids(Type::kUuid), callers(Type::kText), requests(Type::kText), fingerprints(Type::kBytea),
      customers(Type::kText), totals(Type::kInt8), currencies(Type::kText), emails(Type::kText), notes(Type::kText);
  const int count = static_cast<int>(batch.size());
  for (Array* column : {&ids, &callers, &requests, &fingerprints, &customers, &totals, &currencies, &emails, &notes}) {
    column->Reserve(count, 24);
  }
  for (int place : places) {
    const Acceptance& asked = batch[place];
    ids.Add(asked.order.id);
    callers.Add(asked.order.caller);
    requests.Add(asked.request_id);
    fingerprints.Add(asked.fingerprint);
    customers.Add(asked.order.content.customer_id);
    totals.Add(asked.order.content.total.minor);
    currencies.Add(asked.order.content.total.currency);
    emails.Add(asked.order.content.contact_email);
    notes.Add(asked.order.content.note);
  }
  Params params;
  for (Array* column : {&ids, &callers, &requests, &fingerprints, &customers, &totals, &currencies, &emails, &notes}) {
    params.Array(*column);
  }
  return params;
}

Params ProductParams(absl::Span<const Acceptance> batch) {
  std::vector<domain::ProductId> products;
  for (const Acceptance& asked : batch) {
    for (const domain::OrderLine& line : asked.order.content.lines) products.push_back(line.product_id);
  }
  std::sort(products.begin(), products.end());
  products.erase(std::unique(products.begin(), products.end()), products.end());
  Array ids(Type::kUuid);
  ids.Reserve(static_cast<int>(products.size()), base::Uuid::kBytes);
  for (const domain::ProductId& product : products) ids.Add(product);
  return std::move(Params().Array(ids));
}

bool IsAccepted(const Decision& decision) { return decision.refused.ok() && !decision.earlier.has_value(); }

}  // namespace

AcceptTransaction::AcceptTransaction(Connection& connection, const OrderEvents& events)
    : connection_(connection), events_(events) {}

absl::StatusOr<std::vector<Decision>> AcceptTransaction::Try(absl::Span<Acceptance> batch, LockWait wait) {
  RETURN_IF_ERROR(TakeKeys(batch, wait));

  // In the order of the batch, which is that of arrival.
  std::vector<absl::Span<const domain::OrderLine>> lines;
  lines.reserve(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (won_[i]) lines.push_back(batch[i].order.content.lines);
  }
  domain::Allocation allocation = domain::Allocate(lines, stock_);

  std::vector<Decision> decisions(batch.size());
  for (std::size_t i = 0, winner = 0; i < batch.size(); ++i) {
    if (!won_[i]) {
      decisions[i].earlier.emplace();  // filled below
    } else if (auto& violations = allocation.decisions[winner++]; !violations.empty()) {
      decisions[i].refused = domain::ToStatus(domain::Refuse(std::move(violations)));
    }
  }
  ASSIGN_OR_RETURN(std::vector<Result> results, Write(batch, decisions, allocation));
  if (lost_ > 0) {
    RETURN_IF_ERROR(ReadEarlier(batch, results[results.size() - 2], results[results.size() - 1], decisions));
  }
  return decisions;
}

absl::Status AcceptTransaction::TakeKeys(absl::Span<Acceptance> batch, LockWait wait) {
  const std::vector<int> places = ByKey(batch);
  Connection::Pipeline pipeline(connection_);
  pipeline.Begin();
  pipeline.Send(kInsertOrders, OrderParams(batch, places));
  pipeline.Send(wait == LockWait::kBriefly ? kLockStock : kLockStockNowait, ProductParams(batch));
  ASSIGN_OR_RETURN(std::vector<Result> results, pipeline.Finish());

  // Returned in the order of insertion.
  const Result& inserted = results[0];
  won_.assign(batch.size(), false);
  int row = 0;
  for (int place : places) {
    if (row == inserted.rows()) break;
    domain::Order& order = batch[place].order;
    if (inserted.Uuid(row, 0) != order.id) continue;
    won_[place] = true;
    order.state = domain::OrderState::kAccepted;
    order.version = 1;
    order.created_at = order.updated_at = inserted.Timestamp(row, 1);
    ++row;
  }
  lost_ = static_cast<int>(batch.size()) - row;

  const Result& locked = results[1];
  stock_.clear();
  for (int i = 0; i < locked.rows(); ++i) stock_.push_back({locked.Uuid(i, 0), locked.Int8(i, 1)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Result>> AcceptTransaction::Write(absl::Span<const Acceptance> batch,
                                                             const std::vector<Decision>& decisions,
                                                             const domain::Allocation& allocation) {
  Array refused(Type::kUuid), callers(Type::kText), requests(Type::kText);
  bool any_accepted = false;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!won_[i]) {
      callers.Add(batch[i].order.caller);
      requests.Add(batch[i].request_id);
    } else if (!decisions[i].refused.ok()) {
      refused.Add(batch[i].order.id);
    } else {
      any_accepted = true;
    }
  }
  Connection::Pipeline pipeline(connection_);
  if (refused.size() > 0) pipeline.Send(kDeleteRefused, Params().Array(refused));
  if (any_accepted) SendAccepted(pipeline, batch, decisions, allocation);
  if (lost_ > 0) {
    // A statement of its own: the one that lost the conflict can't see the winner.
    const Params keys = std::move(Params().Array(callers).Array(requests));
    pipeline.Send(kReadByIndex);
    pipeline.Send(kFindOrders, keys);
    pipeline.Send(kFindLines, keys);
  }
  pipeline.Commit();
  return pipeline.Finish();
}

void AcceptTransaction::SendAccepted(Connection::Pipeline& pipeline, absl::Span<const Acceptance> batch,
                                     const std::vector<Decision>& decisions, const domain::Allocation& allocation) {
  Array products(Type::kUuid), quantities(Type::kInt8);
  for (const domain::StockTaken& taken : allocation.taken) {
    products.Add(taken.product);
    quantities.Add(taken.quantity);
  }
  pipeline.Send(kReserveStock, Params().Array(products).Array(quantities));

  Array orders(Type::kUuid), places(Type::kInt4), line_products(Type::kUuid), skus(Type::kText), names(Type::kText),
      line_quantities(Type::kInt4), prices(Type::kInt8);
  OutboxRows events;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!IsAccepted(decisions[i])) continue;
    const Acceptance& asked = batch[i];
    std::int32_t place = 0;
    for (const domain::OrderLine& line : asked.order.content.lines) {
      orders.Add(asked.order.id);
      places.AddInt4(++place);
      line_products.Add(line.product_id);
      skus.Add(line.sku);
      names.Add(line.name);
      line_quantities.AddInt4(line.quantity);
      prices.Add(line.unit_price_minor);
    }
    events.Add(asked.event_id, asked.order, events_.Describe(asked.order, asked.traceparent));
  }
  Params lines;
  for (Array* column : {&orders, &places, &line_products, &skus, &names, &line_quantities, &prices}) {
    lines.Array(*column);
  }
  pipeline.Send(kInsertLines, lines);
  events.Send(pipeline);
}

absl::Status AcceptTransaction::ReadEarlier(absl::Span<const Acceptance> batch, const Result& orders,
                                            const Result& lines, std::vector<Decision>& decisions) const {
  absl::flat_hash_map<std::pair<absl::string_view, absl::string_view>, StoredRequest*> wanted;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!won_[i]) wanted[{batch[i].order.caller, batch[i].request_id}] = &*decisions[i].earlier;
  }
  std::vector<domain::Order*> found;
  for (int row = 0; row < orders.rows(); ++row) {
    auto stored = wanted.find(std::pair(orders.Text(row, 1), orders.Text(row, 12)));
    if (stored == wanted.end()) continue;
    *stored->second = {ReadOrder(orders, row), std::string(orders.Text(row, 13))};
    found.push_back(&stored->second->order);
  }
  if (found.size() != wanted.size()) return absl::AbortedError("an order that had its key before is gone");
  AttachLines(lines, found);
  return absl::OkStatus();
}

}  // namespace ordermesh::gateway
