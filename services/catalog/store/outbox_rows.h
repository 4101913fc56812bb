// Rows of the catalogue's outbox.
#pragma once

#include "libs/base/uuid.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/catalog_events.h"

namespace ordermesh::catalog {

// Sends the row of one event along with the change that it tells of.
void SendEvent(postgres::Connection::Pipeline& pipeline, const base::Uuid& event_id, const OutboxEvent& event);

}  // namespace ordermesh::catalog
