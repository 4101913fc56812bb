#include "libs/wire/cloud_event.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/json/reader.h"
#include "libs/json/writer.h"
#include "libs/wire/order_event_json.h"
#include "libs/wire/time.h"

namespace ordermesh::wire {
namespace {

constexpr char kSpecVersion[] = "1.0";

absl::Status Malformed(absl::string_view attribute) {
  return absl::InvalidArgumentError(absl::StrCat("CloudEvent: ", attribute, " is missing or malformed"));
}

std::string TimeText(absl::Time time) {
  google::protobuf::Timestamp proto;
  TimeToProto(time, proto);
  std::string quoted;
  AppendJson(proto, quoted);
  return quoted.substr(1, quoted.size() - 2);
}

// The attributes as text, before they are checked.
struct RawAttributes {
  std::string specversion, id, type, source, subject, time, traceparent;

  std::string* Find(absl::string_view name) {
    if (name == "specversion") return &specversion;
    if (name == "id") return &id;
    if (name == "type") return &type;
    if (name == "source") return &source;
    if (name == "subject") return &subject;
    if (name == "time") return &time;
    if (name == "traceparent") return &traceparent;
    return nullptr;
  }
};

absl::StatusOr<CloudEvent> Check(RawAttributes raw) {
  if (raw.specversion != kSpecVersion) return Malformed("specversion");
  absl::StatusOr<base::Uuid> id = base::Uuid::Parse(raw.id);
  if (!id.ok()) return Malformed("id");
  if (raw.type.empty()) return Malformed("type");
  if (raw.source.empty()) return Malformed("source");
  CloudEvent event{*id, std::move(raw.type), std::move(raw.source), std::move(raw.subject)};
  const absl::StatusOr<absl::Time> time = TimeFromText(raw.time);
  if (!time.ok()) return Malformed("time");
  event.time = *time;
  event.traceparent = std::move(raw.traceparent);
  return event;
}

}  // namespace

std::string MakeOutboxHeaders(absl::string_view traceparent) {
  std::string headers;
  {
    json::ObjectWriter object(headers);
    if (!traceparent.empty()) object.String("traceparent", traceparent);
  }
  return headers;
}

CloudEvent EnvelopeOf(const OutboxRow& row) {
  CloudEvent event;
  event.id = row.event_id;
  event.type = std::string(row.type);
  event.source = std::string(row.source);
  event.subject = std::string(row.subject);
  event.time = row.created_at;
  std::string traceparent;
  const absl::Status read = json::Read(row.headers, [&](const json::Value& headers) {
    headers.Object([&](absl::string_view name, const json::Value& value) {
      if (name == "traceparent" && value.IsString()) traceparent = value.String();
    });
  });
  if (read.ok()) event.traceparent = std::move(traceparent);
  return event;
}

Headers ToKafkaHeaders(const CloudEvent& event) {
  Headers headers = {{"ce_specversion", kSpecVersion},
                     {"ce_id", event.id.ToString()},
                     {"ce_type", event.type},
                     {"ce_source", event.source},
                     {"ce_subject", event.subject},
                     {"ce_time", TimeText(event.time)},
                     {"content-type", std::string(kBinaryContentType)}};
  if (!event.traceparent.empty()) headers.emplace_back("traceparent", event.traceparent);
  return headers;
}

absl::StatusOr<CloudEvent> FromKafkaHeaders(const Headers& headers) {
  RawAttributes raw;
  for (const auto& [name, value] : headers) {
    absl::string_view attribute = name;
    // Only the attributes of the specification have a prefix.
    if (attribute.substr(0, 3) == "ce_") {
      attribute.remove_prefix(3);
    } else if (attribute != "traceparent") {
      continue;
    }
    if (std::string* to = raw.Find(attribute)) *to = value;
  }
  return Check(std::move(raw));
}

std::string StructuredJson(const CloudEvent& event, absl::string_view data) {
  std::string out;
  out.reserve(512 + data.size());
  {
    json::ObjectWriter object(out);
    object.String("specversion", kSpecVersion);
    object.String("id", event.id.ToString());
    object.String("type", event.type);
    object.String("source", event.source);
    if (!event.subject.empty()) object.String("subject", event.subject);
    object.String("time", TimeText(event.time));
    object.String("datacontenttype", "application/json");
    if (!event.traceparent.empty()) object.String("traceparent", event.traceparent);
    absl::StrAppend(&object.Name("data"), data);
  }
  return out;
}

absl::StatusOr<std::string> ToStructuredJson(const CloudEvent& event, absl::string_view payload) {
  events::v1::OrderEvent data;
  if (!data.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    return absl::InvalidArgumentError("event: not an ordermesh.events.v1.OrderEvent");
  }
  std::string json;
  AppendJson(data, json);
  return StructuredJson(event, json);
}

absl::StatusOr<StructuredEvent> FromStructuredJson(absl::string_view body) {
  RawAttributes raw;
  events::v1::OrderEvent data;
  bool has_data = false;
  RETURN_IF_ERROR(json::Read(body, [&](const json::Value& event) {
    event.Object([&](absl::string_view name, const json::Value& value) {
      if (name == "data") {
        data.Clear();
        ReadJson(value, data);
        has_data = true;
      } else if (std::string* to = raw.Find(name)) {
        *to = value.String();
      }
    });
  }));
  absl::StatusOr<CloudEvent> envelope = Check(std::move(raw));
  if (!envelope.ok()) return std::move(envelope).status();
  if (!has_data) return Malformed("data");
  absl::StatusOr<OrderEventData> order = OrderEventFromProto(data);
  if (!order.ok()) return std::move(order).status();
  return StructuredEvent{*std::move(envelope), *std::move(order)};
}

}  // namespace ordermesh::wire
