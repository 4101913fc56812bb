// Rows of the outbox.
#pragma once

#include "libs/base/uuid.h"
#include "libs/domain/order.h"
#include "libs/postgres/connection.h"
#include "services/gateway/app/order_events.h"

namespace ordermesh::gateway {

// Gathers events and sends them as one statement.
class OutboxRows {
 public:
  OutboxRows();

  void Add(const base::Uuid& event_id, const domain::Order& order, const OutboxEvent& event);
  void Send(postgres::Connection::Pipeline& pipeline);

 private:
  postgres::Array ids_, orders_, types_, payloads_, headers_;
};

}  // namespace ordermesh::gateway
