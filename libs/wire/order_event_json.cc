#include "libs/wire/order_event_json.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "libs/json/writer.h"
#include "libs/wire/time.h"

namespace ordermesh::wire {
namespace {

// Like Protobuf, leave out what has its default, and write 64-bit integers as strings.
void Text(absl::string_view name, absl::string_view value, json::ObjectWriter& out) {
  if (!value.empty()) out.String(name, value);
}
void Int32(absl::string_view name, std::int32_t value, json::ObjectWriter& out) {
  if (value != 0) out.Integer(name, value);
}
void Int64(absl::string_view name, std::int64_t value, json::ObjectWriter& out) {
  if (value != 0) absl::StrAppend(&out.Name(name), "\"", value, "\"");
}

void AppendMoney(const google::type::Money& money, std::string& out) {
  json::ObjectWriter object(out);
  Text("currencyCode", money.currency_code(), object);
  Int64("units", money.units(), object);
  Int32("nanos", money.nanos(), object);
}

void AppendLine(const events::v1::OrderEventLine& line, std::string& out) {
  json::ObjectWriter object(out);
  Text("productId", line.product_id(), object);
  Text("sku", line.sku(), object);
  Text("name", line.name(), object);
  Int32("quantity", line.quantity(), object);
  if (line.has_unit_price()) AppendMoney(line.unit_price(), object.Name("unitPrice"));
}

void AppendState(orders::v1::OrderState state, std::string& out) {
  const std::string& name = orders::v1::OrderState_Name(state);
  if (name.empty()) {
    absl::StrAppend(&out, static_cast<int>(state));  // a later release's
  } else {
    json::AppendString(name, out);
  }
}

void AppendCancelReason(orders::v1::CancelReason reason, std::string& out) {
  const std::string& name = orders::v1::CancelReason_Name(reason);
  if (name.empty()) {
    absl::StrAppend(&out, static_cast<int>(reason));  // a later release's
  } else {
    json::AppendString(name, out);
  }
}

void ReadMoney(const json::Value& in, google::type::Money& out) {
  in.Object([&](absl::string_view name, const json::Value& value) {
    if (name == "currencyCode" || name == "currency_code") {
      out.set_currency_code(value.String());
    } else if (name == "units") {
      out.set_units(value.Int64());
    } else if (name == "nanos") {
      out.set_nanos(value.Int32());
    }
  });
}

void ReadLine(const json::Value& in, events::v1::OrderEventLine& out) {
  in.Object([&](absl::string_view name, const json::Value& value) {
    if (name == "productId" || name == "product_id") {
      out.set_product_id(value.String());
    } else if (name == "sku") {
      out.set_sku(value.String());
    } else if (name == "name") {
      out.set_name(value.String());
    } else if (name == "quantity") {
      out.set_quantity(value.Int32());
    } else if (name == "unitPrice" || name == "unit_price") {
      ReadMoney(value, *out.mutable_unit_price());
    }
  });
}

// A name that a later release adds means nothing here; the event's type says what happened.
void ReadState(const json::Value& in, events::v1::OrderEvent& out) {
  orders::v1::OrderState state = orders::v1::ORDER_STATE_UNSPECIFIED;
  if (!in.IsString()) {
    out.set_state(static_cast<orders::v1::OrderState>(in.Int32()));
  } else if (orders::v1::OrderState_Parse(in.String(), &state)) {
    out.set_state(state);
  }
}

void ReadCancelReason(const json::Value& in, events::v1::OrderEvent& out) {
  orders::v1::CancelReason reason = orders::v1::CANCEL_REASON_UNSPECIFIED;
  if (!in.IsString()) {
    out.set_cancel_reason(static_cast<orders::v1::CancelReason>(in.Int32()));
  } else if (orders::v1::CancelReason_Parse(in.String(), &reason)) {
    out.set_cancel_reason(reason);
  }
}

void ReadTime(const json::Value& in, google::protobuf::Timestamp& out) {
  const std::string text = in.String();
  if (!in.ok()) return;
  const absl::StatusOr<absl::Time> time = TimeFromText(text);
  if (!time.ok()) return in.Fail("not a time of RFC 3339");
  TimeToProto(*time, out);
}

}  // namespace

void AppendJson(const google::protobuf::Timestamp& time, std::string& out) {
  const absl::CivilSecond second = absl::ToCivilSecond(absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
  absl::StrAppendFormat(&out, "\"%04d-%02d-%02dT%02d:%02d:%02d", second.year(), second.month(), second.day(),
                        second.hour(), second.minute(), second.second());
  if (time.nanos() % 1'000'000 == 0) {
    if (time.nanos() != 0) absl::StrAppendFormat(&out, ".%03d", time.nanos() / 1'000'000);
  } else if (time.nanos() % 1000 == 0) {
    absl::StrAppendFormat(&out, ".%06d", time.nanos() / 1000);
  } else {
    absl::StrAppendFormat(&out, ".%09d", time.nanos());
  }
  out.append("Z\"");
}

void AppendJson(const events::v1::OrderEvent& event, std::string& out) {
  json::ObjectWriter object(out);
  Text("orderId", event.order_id(), object);
  Int64("orderVersion", event.order_version(), object);
  Text("customerId", event.customer_id(), object);
  if (event.state() != orders::v1::ORDER_STATE_UNSPECIFIED) AppendState(event.state(), object.Name("state"));
  if (!event.lines().empty()) {
    json::ArrayWriter lines(object.Name("lines"));
    for (const events::v1::OrderEventLine& line : event.lines()) AppendLine(line, lines.Next());
  }
  if (event.has_total()) AppendMoney(event.total(), object.Name("total"));
  if (event.has_accept_time()) AppendJson(event.accept_time(), object.Name("acceptTime"));
  Text("caller", event.caller(), object);
  if (event.has_update_time()) AppendJson(event.update_time(), object.Name("updateTime"));
  Int64("previousOrderVersion", event.previous_order_version(), object);
  if (event.cancel_reason() != orders::v1::CANCEL_REASON_UNSPECIFIED) {
    AppendCancelReason(event.cancel_reason(), object.Name("cancelReason"));
  }
}

void ReadJson(const json::Value& in, events::v1::OrderEvent& out) {
  in.Object([&](absl::string_view name, const json::Value& value) {
    if (name == "orderId" || name == "order_id") {
      out.set_order_id(value.String());
    } else if (name == "orderVersion" || name == "order_version") {
      out.set_order_version(value.Int64());
    } else if (name == "customerId" || name == "customer_id") {
      out.set_customer_id(value.String());
    } else if (name == "state") {
      ReadState(value, out);
    } else if (name == "lines") {
      value.Array([&](const json::Value& line) { ReadLine(line, *out.add_lines()); });
    } else if (name == "total") {
      ReadMoney(value, *out.mutable_total());
    } else if (name == "acceptTime" || name == "accept_time") {
      ReadTime(value, *out.mutable_accept_time());
    } else if (name == "caller") {
      out.set_caller(value.String());
    } else if (name == "updateTime" || name == "update_time") {
      ReadTime(value, *out.mutable_update_time());
    } else if (name == "previousOrderVersion" || name == "previous_order_version") {
      out.set_previous_order_version(value.Int64());
    } else if (name == "cancelReason" || name == "cancel_reason") {
      ReadCancelReason(value, out);
    }
  });
}

}  // namespace ordermesh::wire
