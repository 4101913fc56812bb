#include "services/catalog/app/decode_feed.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/type/money.pb.h"
#include "libs/base/status.h"
#include "libs/json/reader.h"
#include "libs/wire/money.h"
#include "services/catalog/app/stock_adjustment.h"

namespace ordermesh::catalog {
namespace {

constexpr absl::string_view kStructured = "application/cloudevents+json";

// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
struct Envelope {
  std::string specversion, id, source, type, traceparent;
  bool structured = false;  // `data` is a part of the value
};

void Take(absl::string_view name, std::string value, Envelope& envelope) {
  if (name == "specversion") envelope.specversion = std::move(value);
  if (name == "id") envelope.id = std::move(value);
  if (name == "source") envelope.source = std::move(value);
  if (name == "type") envelope.type = std::move(value);
  if (name == "traceparent") envelope.traceparent = std::move(value);
}

absl::StatusOr<Envelope> ReadEnvelope(const stream::Record& record) {
  Envelope envelope;
  bool binary = false;
  for (const auto& [name, value] : record.headers) {
    const std::string lower = absl::AsciiStrToLower(name);
    if (absl::StartsWith(lower, "ce_")) {
      Take(absl::string_view(lower).substr(3), value, envelope);
      binary = true;
    }
    if (lower == "content-type" && absl::StartsWith(value, kStructured)) envelope.structured = true;
  }
  envelope.structured = envelope.structured || !binary;
  if (envelope.structured) {
    RETURN_IF_ERROR(json::Read(record.value, [&](const json::Value& root) {
      root.Object([&](absl::string_view name, const json::Value& value) {
        if (value.IsString() && name != "data") Take(name, value.String(), envelope);
      });
    }));
  }
  std::vector<absl::string_view> missing;
  if (envelope.id.empty()) missing.push_back("id");
  if (envelope.source.empty()) missing.push_back("source");
  if (envelope.type.empty()) missing.push_back("type");
  if (!missing.empty())
    return absl::InvalidArgumentError(absl::StrCat("CloudEvent: no ", absl::StrJoin(missing, ", ")));
  if (envelope.specversion != "1.0") return absl::InvalidArgumentError("CloudEvent: specversion is not 1.0");
  return envelope;
}

// Calls `field` for each field of the event's data.
absl::Status ReadData(const stream::Record& record, const Envelope& envelope,
                      absl::FunctionRef<void(absl::string_view name, const json::Value& value)> field) {
  bool there = !envelope.structured;
  RETURN_IF_ERROR(json::Read(record.value, [&](const json::Value& root) {
    if (!envelope.structured) return root.Object(field);
    root.Object([&](absl::string_view name, const json::Value& value) {
      if (name != "data") return;
      there = true;
      value.Object(field);
    });
  }));
  return there ? absl::OkStatus() : absl::InvalidArgumentError("CloudEvent: no data, or not as JSON");
}

// As google.type.Money in Protobuf's JSON; its names in either style.
void ReadPrice(const json::Value& value, ProductFields& fields) {
  google::type::Money money;
  value.Object([&](absl::string_view name, const json::Value& part) {
    if (name == "currency_code" || name == "currencyCode") money.set_currency_code(part.String());
    if (name == "units") money.set_units(part.Int64());
    if (name == "nanos") money.set_nanos(part.Int32());
  });
  const absl::StatusOr<domain::Money> price = wire::MoneyFromProto(money);
  if (price.ok()) {
    fields.price = *price;
  } else if (domain::MinorUnitsPerUnit(money.currency_code()) == 0) {
    fields.broken.push_back(Broken(CatalogRule::kCurrencyUnknown, "price.currency_code"));
  } else {
    fields.broken.push_back(Broken(CatalogRule::kPriceMalformed, "price"));
  }
}

absl::Status Refused(const Violations& broken) {
  if (broken.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrJoin(broken, "; ", [](std::string* out, const domain::Violation& violation) {
        absl::StrAppend(out, violation.field, ": ", violation.rule, ": ", violation.description);
      }));
}

absl::StatusOr<FeedProduct> ReadProduct(const stream::Record& record, const Envelope& envelope) {
  FeedProduct product;
  ProductFields& fields = product.fields;
  fields.name.emplace();  // as if empty, so that their absence is told
  fields.price.emplace();
  RETURN_IF_ERROR(ReadData(record, envelope, [&](absl::string_view name, const json::Value& value) {
    if (name == "sku") product.sku = value.String();
    if (name == "name") fields.name = value.String();
    if (name == "description") fields.description = value.String();
    if (name == "category") fields.category = value.String();
    if (name == "brand") fields.brand = value.String();
    if (name == "price") ReadPrice(value, fields);
    if (name == "active") fields.active = value.Bool();
    if (name == "attributes") {
      fields.attributes.emplace();
      value.Object([&](absl::string_view key, const json::Value& text) {
        (*fields.attributes)[std::string(key)] = text.String();
      });
    }
  }));
  Violations broken;
  CheckSku(product.sku, broken);
  CheckFields(fields, broken);
  RETURN_IF_ERROR(Refused(broken));
  return product;
}

absl::StatusOr<FeedStockCount> ReadStockCount(const stream::Record& record, const Envelope& envelope) {
  FeedStockCount count;
  std::optional<std::int64_t> available;
  RETURN_IF_ERROR(ReadData(record, envelope, [&](absl::string_view name, const json::Value& value) {
    if (name == "sku") count.sku = value.String();
    if (name == "available") available = value.Int64();
    if (name == "reason") count.reason = value.String();
  }));
  Violations broken;
  CheckSku(count.sku, broken);
  if (!available.has_value()) {
    broken.push_back(Broken(CatalogRule::kFieldRequired, "available"));
  } else if (*available < 0 || *available > kMaxStockChange) {
    broken.push_back(Broken(CatalogRule::kStockCountOutOfRange, "available"));
  }
  CheckText(count.reason, "reason", {.most = kMaxStockReasonCharacters}, broken);
  RETURN_IF_ERROR(Refused(broken));
  count.available = *available;
  if (count.reason.empty()) count.reason = "count by feed";
  return count;
}

absl::StatusOr<FeedCustomer> ReadCustomer(const stream::Record& record, const Envelope& envelope) {
  FeedCustomer customer;
  CustomerFields& fields = customer.fields;
  fields.name.emplace();
  RETURN_IF_ERROR(ReadData(record, envelope, [&](absl::string_view name, const json::Value& value) {
    if (name == "id") customer.id = value.String();
    if (name == "name") fields.name = value.String();
    if (name == "email") fields.email = value.String();
    if (name == "active") fields.active = value.Bool();
    if (name == "order_updates" || name == "orderUpdates") fields.order_updates = value.Bool();
  }));
  Violations broken;
  CheckCustomerId(customer.id, broken);
  CheckFields(fields, broken);
  RETURN_IF_ERROR(Refused(broken));
  return customer;
}

}  // namespace

absl::StatusOr<FeedRecord> DecodeFeed(const stream::Record& record) {
  ASSIGN_OR_RETURN(Envelope envelope, ReadEnvelope(record));
  FeedRecord decoded{.told = {}, .traceparent = envelope.traceparent};
  if (envelope.type == kFeedProduct) {
    ASSIGN_OR_RETURN(decoded.told, ReadProduct(record, envelope));
  } else if (envelope.type == kFeedStockCount) {
    ASSIGN_OR_RETURN(decoded.told, ReadStockCount(record, envelope));
  } else if (envelope.type == kFeedCustomer) {
    ASSIGN_OR_RETURN(decoded.told, ReadCustomer(record, envelope));
  } else {
    return absl::InvalidArgumentError("CloudEvent: type is none of the feed's");
  }
  return decoded;
}

}  // namespace ordermesh::catalog
