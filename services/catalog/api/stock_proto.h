// Stock on the wire.
#pragma once

#include "ordermesh/catalog/v1/stock.pb.h"
#include "services/catalog/app/stock.h"

namespace ordermesh::catalog {

void StockLevelToProto(const StockLevel& level, v1::StockLevel& proto);
void MovementToProto(const Movement& movement, v1::StockMovement& proto);

}  // namespace ordermesh::catalog
