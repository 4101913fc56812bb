#include "services/catalog/app/stock_adjustment.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "services/catalog/app/catalog_rules.h"

namespace ordermesh::catalog {

absl::Status CheckAdjustment(const std::optional<StockChange>& change, absl::string_view reason) {
  Violations broken;
  if (!change.has_value()) {
    broken.push_back(Broken(CatalogRule::kStockChangeRequired, "delta"));
  } else if (change->kind == StockChange::Kind::kDelta) {
    if (change->pieces == 0 || change->pieces < -kMaxStockChange || change->pieces > kMaxStockChange) {
      broken.push_back(Broken(CatalogRule::kStockDeltaOutOfRange, "delta"));
    }
  } else if (change->pieces < 0 || change->pieces > kMaxStockChange) {
    broken.push_back(Broken(CatalogRule::kStockCountOutOfRange, "available_count"));
  }
  CheckText(reason, "reason", {.most = kMaxStockReasonCharacters, .required = true}, broken);
  return RefuseBroken(domain::reasons::kStockAdjustmentInvalid, "the adjustment", std::move(broken));
}

absl::StatusOr<std::int64_t> DeltaOf(const StockChange& change, const StockLevel& level) {
  if (change.kind == StockChange::Kind::kCount) return change.pieces - level.available;
  if (change.pieces + level.available >= 0) return change.pieces;
  return domain::ToStatus(
      {.code = absl::StatusCode::kFailedPrecondition,
       .message = absl::StrCat("stock: ", -change.pieces, " can't be taken away, ", level.available, " are available"),
       .reason = domain::reasons::kStockShort});
}

}  // namespace ordermesh::catalog
