#include "libs/domain/allocate.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/rule_table.h"

namespace ordermesh::domain {
namespace {

using Left = absl::flat_hash_map<ProductId, std::int64_t>;

// Takes the lines out of `left`, or names what is missing and leaves it as it was.
std::vector<Violation> Take(absl::Span<const OrderLine> lines, Left& left) {
  std::vector<Violation> against;
  std::vector<std::pair<std::int64_t*, std::int64_t>> done;
  done.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto product = left.find(lines[i].product_id);
    if (product == left.end()) {
      against.push_back(Broken(Rule::kProductGone, absl::StrCat("lines[", i, "].sku")));
    } else if (product->second < lines[i].quantity) {
      against.push_back(Broken(Rule::kStockShort, absl::StrCat("lines[", i, "].quantity"), lines[i].quantity,
                               std::max<std::int64_t>(product->second, 0)));
    } else {
      product->second -= lines[i].quantity;
      done.emplace_back(&product->second, lines[i].quantity);
    }
  }
  if (!against.empty()) {
    for (auto [available, quantity] : done) *available += quantity;
  }
  return against;
}

}  // namespace

Allocation Allocate(absl::Span<const absl::Span<const OrderLine>> orders, absl::Span<const StockFigure> stock) {
  Left left;
  left.reserve(stock.size());
  for (const StockFigure& figure : stock) left.emplace(figure.product, figure.available);

  Allocation result;
  result.decisions.reserve(orders.size());
  for (absl::Span<const OrderLine> lines : orders) result.decisions.push_back(Take(lines, left));

  for (const StockFigure& figure : stock) {
    const std::int64_t taken = figure.available - left.at(figure.product);
    if (taken > 0) result.taken.push_back({figure.product, taken});
  }
  std::sort(result.taken.begin(), result.taken.end(),
            [](const StockTaken& a, const StockTaken& b) { return a.product < b.product; });
  return result;
}

}  // namespace ordermesh::domain
