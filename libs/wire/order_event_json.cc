#include "libs/wire/order_event_json.h"

#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "libs/base/json.h"
#include "libs/wire/time.h"

namespace ordermesh::wire {
namespace {

// Writes the fields of one object; like Protobuf, leaves out what has its default.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_.push_back('{'); }
  ~ObjectWriter() { out_.push_back('}'); }

  void Text(absl::string_view name, absl::string_view value) {
    if (!value.empty()) base::AppendJsonString(value, Name(name));
  }
  void Int32(absl::string_view name, std::int32_t value) {
    if (value != 0) absl::StrAppend(&Name(name), value);
  }
  void Int64(absl::string_view name, std::int64_t value) {
    if (value != 0) absl::StrAppend(&Name(name), "\"", value, "\"");
  }
  std::string& Name(absl::string_view name) {
    absl::StrAppend(&out_, first_ ? "\"" : ",\"", name, "\":");
    first_ = false;
    return out_;
  }

 private:
  std::string& out_;
  bool first_ = true;
};

void AppendMoney(const google::type::Money& money, std::string& out) {
  ObjectWriter object(out);
  object.Text("currencyCode", money.currency_code());
  object.Int64("units", money.units());
  object.Int32("nanos", money.nanos());
}

void AppendLine(const events::v1::OrderEventLine& line, std::string& out) {
  ObjectWriter object(out);
  object.Text("productId", line.product_id());
  object.Text("sku", line.sku());
  object.Text("name", line.name());
  object.Int32("quantity", line.quantity());
  if (line.has_unit_price()) AppendMoney(line.unit_price(), object.Name("unitPrice"));
}

void AppendState(orders::v1::OrderState state, std::string& out) {
  const std::string& name = orders::v1::OrderState_Name(state);
  if (name.empty()) {
    absl::StrAppend(&out, static_cast<int>(state));  // a later release's
  } else {
    base::AppendJsonString(name, out);
  }
}

std::int32_t ReadInt32(JsonReader& in) {
  const std::int64_t value = in.Integer();
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
    in.Fail("not a 32-bit integer");
    return 0;
  }
  return static_cast<std::int32_t>(value);
}

// `field` for each field that is not null.
void ReadFields(JsonReader& in, absl::FunctionRef<void(absl::string_view)> field) {
  in.Object([&](absl::string_view name) {
    if (!in.Null()) field(name);
  });
}

void ReadMoney(JsonReader& in, google::type::Money& out) {
  ReadFields(in, [&](absl::string_view name) {
    if (name == "currencyCode" || name == "currency_code") {
      out.set_currency_code(in.String());
    } else if (name == "units") {
      out.set_units(in.Integer());
    } else if (name == "nanos") {
      out.set_nanos(ReadInt32(in));
    } else {
      in.Skip();
    }
  });
}

void ReadLine(JsonReader& in, events::v1::OrderEventLine& out) {
  ReadFields(in, [&](absl::string_view name) {
    if (name == "productId" || name == "product_id") {
      out.set_product_id(in.String());
    } else if (name == "sku") {
      out.set_sku(in.String());
    } else if (name == "name") {
      out.set_name(in.String());
    } else if (name == "quantity") {
      out.set_quantity(ReadInt32(in));
    } else if (name == "unitPrice" || name == "unit_price") {
      ReadMoney(in, *out.mutable_unit_price());
    } else {
      in.Skip();
    }
  });
}

orders::v1::OrderState ReadState(JsonReader& in) {
  if (!in.AtString()) return static_cast<orders::v1::OrderState>(ReadInt32(in));
  orders::v1::OrderState state = orders::v1::ORDER_STATE_UNSPECIFIED;
  // A name that a later release adds means nothing here; the event's type says what happened.
  orders::v1::OrderState_Parse(in.String(), &state);
  return state;
}

void ReadTime(JsonReader& in, google::protobuf::Timestamp& out) {
  const std::string text = in.String();
  if (!in.ok()) return;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error) || time == absl::InfiniteFuture() ||
      time == absl::InfinitePast()) {
    return in.Fail("not a time of RFC 3339");
  }
  TimeToProto(time, out);
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
  ObjectWriter object(out);
  object.Text("orderId", event.order_id());
  object.Int64("orderVersion", event.order_version());
  object.Text("customerId", event.customer_id());
  if (event.state() != orders::v1::ORDER_STATE_UNSPECIFIED) AppendState(event.state(), object.Name("state"));
  if (!event.lines().empty()) {
    object.Name("lines").push_back('[');
    for (int i = 0; i < event.lines_size(); ++i) {
      if (i > 0) out.push_back(',');
      AppendLine(event.lines(i), out);
    }
    out.push_back(']');
  }
  if (event.has_total()) AppendMoney(event.total(), object.Name("total"));
  if (event.has_accept_time()) AppendJson(event.accept_time(), object.Name("acceptTime"));
}

void ReadJson(JsonReader& in, events::v1::OrderEvent& out) {
  ReadFields(in, [&](absl::string_view name) {
    if (name == "orderId" || name == "order_id") {
      out.set_order_id(in.String());
    } else if (name == "orderVersion" || name == "order_version") {
      out.set_order_version(in.Integer());
    } else if (name == "customerId" || name == "customer_id") {
      out.set_customer_id(in.String());
    } else if (name == "state") {
      out.set_state(ReadState(in));
    } else if (name == "lines") {
      in.Array([&] { ReadLine(in, *out.add_lines()); });
    } else if (name == "total") {
      ReadMoney(in, *out.mutable_total());
    } else if (name == "acceptTime" || name == "accept_time") {
      ReadTime(in, *out.mutable_accept_time());
    } else {
      in.Skip();
    }
  });
}

}  // namespace ordermesh::wire
