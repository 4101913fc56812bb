// The transaction that adjusts stock.
#pragma once

#include "absl/status/statusor.h"
#include "libs/postgres/connection.h"
#include "services/catalog/app/catalog_events.h"
#include "services/catalog/app/stock_store.h"

namespace ordermesh::catalog {

// One attempt, which finds its own traces by its request. It locks one row of stock, so that it can't be in the way of
// whoever accepts orders, who locks several in the order of product_id. The refusals are those of StockStore::Adjust;
// any other error is a status of `connection`.
absl::StatusOr<StockLevel> TryAdjust(postgres::Connection& connection, const CatalogEvents& events,
                                     const Adjustment& adjustment);

}  // namespace ordermesh::catalog
