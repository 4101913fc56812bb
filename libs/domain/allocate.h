// Who gets the stock: decides a batch of orders over figures that are locked.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "libs/domain/order.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {

// What is free of a product, while its row is locked.
struct StockFigure {
  ProductId product;
  std::int64_t available = 0;
};

// What the accepted orders take of a product.
struct StockTaken {
  ProductId product;
  std::int64_t quantity = 0;  // at least 1

  friend bool operator==(const StockTaken&, const StockTaken&) = default;
};

struct Allocation {
  // One for each order, in the same order: what stands against it. Empty: it gets all its lines.
  std::vector<std::vector<Violation>> decisions;
  // Sorted by product, each once.
  std::vector<StockTaken> taken;
};

// Decides the orders one by one, in the order given (of arrival). An order gets all its lines or none; a refused one
// takes nothing, so that it can't starve its neighbours, and every line that stands against it is named: STOCK_SHORT
// with what is left for it, or PRODUCT_GONE where `stock` has no such product. Pure.
Allocation Allocate(absl::Span<const absl::Span<const OrderLine>> orders, absl::Span<const StockFigure> stock);

}  // namespace ordermesh::domain
