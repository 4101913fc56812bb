// What is told of an order when it changes.
#pragma once

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"
#include "libs/domain/order.h"

namespace ordermesh::gateway {

// An event as the outbox keeps it.
struct OutboxEvent {
  std::string type;     // "ordermesh.order.accepted.v1"
  std::string payload;  // what consumers decode
  std::string headers;  // a JSON object
};

// Makes events. Thread-safe: called on the threads of the store.
class OrderEvents {
 public:
  virtual ~OrderEvents() = default;

  // The event of an order's last change, by its state, version and created_at; a part of the trace `traceparent`.
  virtual OutboxEvent Describe(const domain::Order& order, absl::string_view traceparent) const = 0;

  // How long the payload of an event about this order can be at most, in bytes.
  virtual std::size_t SizeBound(const domain::PricedOrder& order) const = 0;
};

}  // namespace ordermesh::gateway
