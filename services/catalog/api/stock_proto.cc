#include "services/catalog/api/stock_proto.h"

#include "libs/wire/time.h"

namespace ordermesh::catalog {

void StockLevelToProto(const StockLevel& level, v1::StockLevel& proto) {
  proto.set_product_id(level.product_id.ToString());
  proto.set_sku(level.sku);
  proto.set_available(level.available);
  proto.set_reserved(level.reserved);
}

void MovementToProto(const Movement& movement, v1::StockMovement& proto) {
  proto.set_product_id(movement.product_id.ToString());
  proto.set_kind(static_cast<v1::StockMovementKind>(movement.kind));
  proto.set_available_delta(movement.available_delta);
  proto.set_reserved_delta(movement.reserved_delta);
  proto.set_reason(movement.reason);
  if (movement.order_id.has_value()) proto.set_order_id(movement.order_id->ToString());
  wire::TimeToProto(movement.created_at, *proto.mutable_create_time());
}

}  // namespace ordermesh::catalog
