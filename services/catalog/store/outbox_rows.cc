#include "services/catalog/store/outbox_rows.h"

#include "services/catalog/sql.h"

namespace ordermesh::catalog {
namespace {

constexpr postgres::Statement kInsertEvent{"insert_event", sql::kInsertEvent};

}  // namespace

void SendEvent(postgres::Connection::Pipeline& pipeline, const base::Uuid& event_id, const OutboxEvent& event) {
  pipeline.Send(kInsertEvent, postgres::Params()
                                  .Uuid(event_id)
                                  .Text(event.aggregate)
                                  .Text(event.type)
                                  .Bytes(event.payload)
                                  .Json(event.headers));
}

}  // namespace ordermesh::catalog
