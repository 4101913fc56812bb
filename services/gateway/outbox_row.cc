#include "services/gateway/outbox_row.h"

#include "absl/strings/str_cat.h"
#include "services/gateway/sql.h"

namespace ordermesh::gateway {
namespace {

using postgres::Type;

constexpr postgres::Statement kInsertEvents{"insert_events", sql::kInsertEvents};

}  // namespace

OutboxRows::OutboxRows()
    : ids_(Type::kUuid), orders_(Type::kUuid), types_(Type::kText), payloads_(Type::kBytea), headers_(Type::kJsonb) {}

void OutboxRows::Add(const base::Uuid& event_id, const domain::Order& order, const OutboxEvent& event,
                     absl::string_view traceparent) {
  ids_.Add(event_id);
  orders_.Add(order.id);
  types_.Add(event.type);
  payloads_.Add(event.payload);
  // A traceparent is hexadecimal digits and dashes (base::TraceContext): nothing to escape.
  headers_.AddJson(traceparent.empty() ? std::string("{}") : absl::StrCat(R"({"traceparent":")", traceparent, R"("})"));
}

void OutboxRows::Send(postgres::Connection::Pipeline& pipeline) {
  postgres::Params params;
  for (postgres::Array* column : {&ids_, &orders_, &types_, &payloads_, &headers_}) params.Array(*column);
  pipeline.Send(kInsertEvents, params);
}

}  // namespace ordermesh::gateway
