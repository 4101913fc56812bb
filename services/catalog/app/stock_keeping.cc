#include "services/catalog/app/stock_keeping.h"

#include <cstddef>
#include <utility>
#include <variant>
#include <vector>

#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"

namespace ordermesh::catalog {
namespace {

constexpr std::array kLevelKeys = {api::KeyKind::kNumber, api::KeyKind::kUuid};

std::optional<StockPlace> LevelPlace(const std::optional<api::PagePosition>& position) {
  if (!position.has_value()) return std::nullopt;
  return StockPlace{std::get<std::int64_t>(position->keys[0]), std::get<base::Uuid>(position->keys[1])};
}

// A page has 100 rows at most, which are far smaller than a page may be.
constexpr auto kSmall = [](const auto&) { return std::size_t{0}; };

absl::StatusOr<api::Paging> ReadLevelPaging(const StockListRequest& request) {
  api::ListQuery query("stock");
  query.Add(request.available_below.has_value() ? 1 : 0).Add(request.available_below.value_or(0));
  if (request.available_below.value_or(0) < 0) {
    return domain::FilterMalformed("available_below", "must not be negative");
  }
  return api::ReadPaging(request.page, std::move(query), kLevelKeys);
}

absl::StatusOr<Adjustment> MakeAdjustment(const mesh::CallContext& call, AdjustmentRequest request,
                                          base::IdSource& ids) {
  Adjustment adjustment;
  RETURN_IF_ERROR(CheckAdjustment(request.change, request.reason));
  adjustment.product_id = request.product_id;
  adjustment.change = *request.change;
  adjustment.reason = std::string(request.reason);
  adjustment.request = {.kind = RequestKind::kAdjustStock,
                        .caller = std::string(call.caller()),
                        .request_id = std::move(request.request_id),
                        .fingerprint = std::move(request.fingerprint)};
  adjustment.event_id = ids.Next();
  adjustment.traceparent = call.trace().traceparent();
  return adjustment;
}

}  // namespace

aio::Task<absl::StatusOr<StockLevel>> StockKeeping::Get(const mesh::CallContext& call, const base::Uuid& product) {
  return store_.Get(call.waiter(), product);
}

aio::Task<absl::StatusOr<StockPage>> StockKeeping::List(const mesh::CallContext& call, StockListRequest request) {
  const absl::StatusOr<api::Paging> paging = ReadLevelPaging(request);
  if (!paging.ok()) co_return paging.status();
  auto list = store_.List(call.waiter(), {.available_below = request.available_below,
                                          .after = LevelPlace(paging->from),
                                          .skip = paging->skip,
                                          .limit = paging->limit()});
  absl::StatusOr<std::vector<StockLevel>> levels = co_await list;
  if (!levels.ok()) co_return levels.status();
  StockPage page;
  page.page = api::PageOf(*std::move(levels), *paging, kSmall, [](const StockLevel& level) {
    return api::PageKeys{level.available, level.product_id};
  });
  if (request.show_total_size) {
    auto count = store_.Count(call.waiter(), request.available_below, api::kMaxTotalSize);
    const absl::StatusOr<std::int64_t> total = co_await count;
    if (!total.ok()) co_return total.status();
    page.total_size = *total;
  }
  co_return page;
}

aio::Task<absl::StatusOr<StockLevel>> StockKeeping::Adjust(const mesh::CallContext& call, AdjustmentRequest request) {
  absl::StatusOr<Adjustment> adjustment = MakeAdjustment(call, std::move(request), ids_);
  if (!adjustment.ok()) co_return adjustment.status();
  auto adjust = store_.Adjust(call.waiter(), *std::move(adjustment));
  co_return co_await adjust;
}

aio::Task<absl::StatusOr<MovementPage>> StockKeeping::ListMovements(const mesh::CallContext& call,
                                                                    MovementListRequest request) {
  const absl::StatusOr<api::Paging> paging =
      api::ReadPaging(request.page, api::ListQuery("stock_movements").Add(request.product_id), HistoryPlace::kKinds);
  if (!paging.ok()) co_return paging.status();
  auto list = store_.Movements(call.waiter(), {.product_id = request.product_id,
                                               .after = HistoryPlace::Of(paging->from),
                                               .skip = paging->skip,
                                               .limit = paging->limit()});
  absl::StatusOr<std::vector<Movement>> movements = co_await list;
  if (!movements.ok()) co_return movements.status();
  MovementPage page;
  page.page = api::PageOf(*std::move(movements), *paging, kSmall,
                          [](const Movement& movement) { return PlaceOf(movement).keys(); });
  if (request.show_total_size) {
    auto count = store_.CountMovements(call.waiter(), request.product_id, api::kMaxTotalSize);
    const absl::StatusOr<std::int64_t> total = co_await count;
    if (!total.ok()) co_return total.status();
    page.total_size = *total;
  }
  co_return page;
}

}  // namespace ordermesh::catalog
