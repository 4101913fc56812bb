#include "services/analytics/app/query_sales.h"

#include <utility>

#include "libs/api/filters.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/limits.h"
#include "services/analytics/api/refusals.h"

namespace ordermesh::analytics {
namespace {

absl::Time NextHour(absl::Time time) {
  const absl::Time hour = HourOf(time);
  return hour == time ? hour : hour + absl::Hours(1);
}

}  // namespace

absl::StatusOr<SalesQuery> ToQuery(const SalesRequest& request, absl::Time now) {
  SalesQuery query;
  const absl::Time end = request.end.value_or(now);
  const absl::Time start = request.start.value_or(end - kDefaultWindow);
  if (start >= end) return WindowInvalid("end_time", "is not after start_time");
  query.start = HourOf(start);
  query.end = NextHour(end);
  // Of the window as it was asked for: rounding must not make one of 400 days too long.
  if (end - start > kLongestWindow) return WindowInvalid("start_time", "is more than 400 days before end_time");
  if (!request.product_id.empty()) {
    ASSIGN_OR_RETURN(query.product_id, domain::ReadId(request.product_id, "product_id"));
  }
  RETURN_IF_ERROR(api::CheckTextFilter("sku", request.sku, domain::kMaxSkuBytes));
  if (!request.sku.empty()) query.sku = request.sku;
  query.by_product = request.by_product;
  query.grain = request.by_hour ? Grain::kHour : request.by_day ? Grain::kDay : Grain::kWindow;
  query.max_rows = kMostRows + 1;  // One more tells that there are too many.
  return query;
}

aio::Task<absl::StatusOr<Sales>> QuerySales::Run(aio::Waiter waiter, SalesRequest request) {
  absl::StatusOr<SalesQuery> query = ToQuery(request, clock_.Now());
  if (!query.ok()) co_return query.status();
  auto run = stores_.Run(waiter, [query = *query](RollupStore& store) { return store.QuerySales(query); });
  absl::StatusOr<std::vector<SalesFigure>> figures = co_await run;
  if (!figures.ok()) co_return StoreRefused(figures.status());
  if (figures->size() > static_cast<std::size_t>(kMostRows)) co_return TooManyRows(kMostRows);
  co_return Sales{*std::move(figures), query->start, query->end};
}

}  // namespace ordermesh::analytics
