// Adjusting stock: what may be asked for, and what it does to a level.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/app/stock.h"

namespace ordermesh::catalog {

// The most that is added, taken away or counted at once.
inline constexpr std::int64_t kMaxStockChange = 1'000'000'000;
inline constexpr int kMaxStockReasonCharacters = 200;

struct StockChange {
  enum class Kind { kDelta = 1, kCount = 2 };  // so many more, or as many as were counted

  Kind kind = Kind::kDelta;
  std::int64_t pieces = 0;

  friend bool operator==(const StockChange&, const StockChange&) = default;
};

// INVALID_ARGUMENT, STOCK_ADJUSTMENT_INVALID, with every rule that is broken. No change: none was given.
absl::Status CheckAdjustment(const std::optional<StockChange>& change, absl::string_view reason);

// By how much `change` changes what is available. FAILED_PRECONDITION, STOCK_SHORT: less than nothing would be left.
absl::StatusOr<std::int64_t> DeltaOf(const StockChange& change, const StockLevel& level);

}  // namespace ordermesh::catalog
