#include "services/gateway/store/outbox_rows.h"

#include "services/gateway/sql.h"

namespace ordermesh::gateway {
namespace {

using postgres::Type;

constexpr postgres::Statement kInsertEvents{"insert_events", sql::kInsertEvents};

}  // namespace

OutboxRows::OutboxRows()
    : ids_(Type::kUuid), orders_(Type::kUuid), types_(Type::kText), payloads_(Type::kBytea), headers_(Type::kJsonb) {}

void OutboxRows::Add(const base::Uuid& event_id, const domain::Order& order, const OutboxEvent& event) {
  ids_.Add(event_id);
  orders_.Add(order.id);
  types_.Add(event.type);
  payloads_.Add(event.payload);
  headers_.AddJson(event.headers);
}

void OutboxRows::Send(postgres::Connection::Pipeline& pipeline) {
  postgres::Params params;
  for (postgres::Array* column : {&ids_, &orders_, &types_, &payloads_, &headers_}) params.Array(*column);
  pipeline.Send(kInsertEvents, params);
}

}  // namespace ordermesh::gateway
