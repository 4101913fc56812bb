#include "libs/wire/orders.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/domain/etag.h"
#include "libs/domain/rule_table.h"
#include "libs/domain/states.h"
#include "libs/wire/money.h"
#include "libs/wire/time.h"

namespace ordermesh::wire {
namespace {

std::string LinePath(int line, absl::string_view field) { return absl::StrCat("lines[", line, "].", field); }

// The opposite of LinePath; nullptr when it names no line of `order`.
orders::v1::OrderLine* FindLine(absl::string_view path, orders::v1::Order& order, absl::string_view& field) {
  if (!absl::ConsumePrefix(&path, "lines[")) return nullptr;
  const std::size_t close = path.find("].");
  int line = 0;
  if (close == absl::string_view::npos || !absl::SimpleAtoi(path.substr(0, close), &line)) return nullptr;
  if (line < 0 || line >= order.lines_size()) return nullptr;
  field = path.substr(close + 2);
  return order.mutable_lines(line);
}

absl::Status Malformed(absl::string_view field, absl::string_view why) {
  return absl::InternalError(absl::StrCat("priced order: ", field, ": ", why));
}

}  // namespace

domain::NewOrder NewOrderFromProto(const orders::v1::Order& order) {
  domain::NewOrder result;
  result.customer_id = order.customer_id();
  if (order.has_contact()) result.contact_email = order.contact().email();
  result.note = order.note();
  if (order.state() != orders::v1::ORDER_STATE_UNSPECIFIED) result.forbidden_fields.push_back("state");
  if (order.has_total()) result.forbidden_fields.push_back("total");
  result.lines.reserve(order.lines_size());
  for (int i = 0; i < order.lines_size(); ++i) {
    const orders::v1::OrderLine& line = order.lines(i);
    result.lines.push_back({line.sku(), line.quantity()});
    if (i >= domain::kMaxLines) continue;  // the rules look no further either
    if (line.has_unit_price()) result.forbidden_fields.push_back(LinePath(i, "unit_price"));
    if (line.has_amount()) result.forbidden_fields.push_back(LinePath(i, "amount"));
  }
  return result;
}

void NewOrderToProto(const domain::NewOrder& order, orders::v1::Order& out) {
  out.set_customer_id(order.customer_id);
  if (order.contact_email.has_value()) out.mutable_contact()->set_email(*order.contact_email);
  out.set_note(order.note);
  out.mutable_lines()->Reserve(static_cast<int>(order.lines.size()));
  for (const domain::NewLine& line : order.lines) {
    orders::v1::OrderLine& added = *out.add_lines();
    added.set_sku(line.sku);
    // What doesn't fit is out of range there as well.
    added.set_quantity(static_cast<std::int32_t>(std::clamp<std::int64_t>(
        line.quantity, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max())));
  }
  for (const std::string& path : order.forbidden_fields) {
    absl::string_view field;
    if (path == "state") {
      out.set_state(orders::v1::ORDER_STATE_ACCEPTED);
    } else if (path == "total") {
      out.mutable_total();
    } else if (orders::v1::OrderLine* line = FindLine(path, out, field)) {
      if (field == "unit_price") line->mutable_unit_price();
      if (field == "amount") line->mutable_amount();
    }
  }
}

void PricedOrderToProto(const domain::PricedOrder& order, orders::v1::Order& out) {
  const std::string& currency = order.total.currency;
  out.set_customer_id(order.customer_id);
  out.mutable_contact()->set_email(order.contact_email);
  out.set_note(order.note);
  out.mutable_lines()->Reserve(static_cast<int>(order.lines.size()));
  for (const domain::OrderLine& line : order.lines) {
    orders::v1::OrderLine& added = *out.add_lines();
    added.set_sku(line.sku);
    added.set_quantity(line.quantity);
    added.set_product_id(line.product_id.ToString());
    added.set_name(line.name);
    MoneyToProto(line.unit_price_minor, currency, *added.mutable_unit_price());
    MoneyToProto(line.unit_price_minor * line.quantity, currency, *added.mutable_amount());
  }
  MoneyToProto(order.total.minor, currency, *out.mutable_total());
}

absl::StatusOr<domain::PricedOrder> PricedOrderFromProto(const orders::v1::Order& order) {
  domain::PricedOrder result;
  result.customer_id = order.customer_id();
  result.contact_email = order.contact().email();
  result.note = order.note();
  absl::StatusOr<domain::Money> total = MoneyFromProto(order.total());
  if (!total.ok()) return Malformed("total", total.status().message());
  result.total = *std::move(total);
  if (order.lines().empty()) return Malformed("lines", "there are none");

  std::int64_t sum = 0;
  result.lines.reserve(order.lines_size());
  for (int i = 0; i < order.lines_size(); ++i) {
    const orders::v1::OrderLine& line = order.lines(i);
    absl::StatusOr<base::Uuid> product = base::Uuid::Parse(line.product_id());
    if (!product.ok()) return Malformed(LinePath(i, "product_id"), product.status().message());
    absl::StatusOr<domain::Money> price = MoneyFromProto(line.unit_price());
    if (!price.ok()) return Malformed(LinePath(i, "unit_price"), price.status().message());
    if (price->currency != result.total.currency) return Malformed(LinePath(i, "unit_price"), "another currency");
    if (line.quantity() < 1) return Malformed(LinePath(i, "quantity"), "not positive");
    std::int64_t amount = 0;
    if (__builtin_mul_overflow(price->minor, line.quantity(), &amount) || __builtin_add_overflow(sum, amount, &sum)) {
      return Malformed(LinePath(i, "unit_price"), "too large");
    }
    result.lines.push_back({*product, line.sku(), line.name(), line.quantity(), price->minor});
  }
  if (sum != result.total.minor) return Malformed("total", "is not the sum of the lines");
  return result;
}

void OrderToProto(const domain::Order& order, orders::v1::Order& out) {
  out.set_id(order.id.ToString());
  PricedOrderToProto(order.content, out);
  out.set_state(StateToProto(order.state));
  TimeToProto(order.created_at, *out.mutable_create_time());
  TimeToProto(order.updated_at, *out.mutable_update_time());
  out.set_etag(domain::MakeEtag(order.id, order.version));
  out.set_cancel_reason(CancelReasonToProto(order.cancel_reason));
}

orders::v1::OrderState StateToProto(domain::OrderState state) { return static_cast<orders::v1::OrderState>(state); }

domain::OrderState StateFromProto(orders::v1::OrderState state) {
  if (!orders::v1::OrderState_IsValid(state)) return domain::OrderState::kUnspecified;
  return static_cast<domain::OrderState>(state);
}

orders::v1::CancelReason CancelReasonToProto(domain::CancelReason reason) {
  return static_cast<orders::v1::CancelReason>(reason);
}

domain::CancelReason CancelReasonFromProto(orders::v1::CancelReason reason) {
  if (!orders::v1::CancelReason_IsValid(reason)) return domain::CancelReason::kUnspecified;
  return static_cast<domain::CancelReason>(reason);
}

static_assert(static_cast<int>(domain::OrderState::kAccepted) == orders::v1::ORDER_STATE_ACCEPTED);
static_assert(static_cast<int>(domain::OrderState::kCancelled) == orders::v1::ORDER_STATE_CANCELLED);
static_assert(static_cast<int>(domain::OrderState::kPaid) == orders::v1::ORDER_STATE_PAID);
static_assert(static_cast<int>(domain::OrderState::kShipped) == orders::v1::ORDER_STATE_SHIPPED);
static_assert(static_cast<int>(domain::OrderState::kDelivered) == orders::v1::ORDER_STATE_DELIVERED);
static_assert(static_cast<int>(domain::CancelReason::kRequested) == orders::v1::CANCEL_REASON_REQUESTED);
static_assert(static_cast<int>(domain::CancelReason::kPaymentExpired) == orders::v1::CANCEL_REASON_PAYMENT_EXPIRED);

}  // namespace ordermesh::wire
