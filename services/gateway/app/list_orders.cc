#include "services/gateway/app/list_orders.h"

#include <utility>

#include "libs/api/page.h"
#include "libs/domain/order_size.h"

namespace ordermesh::gateway {
namespace {

absl::StatusOr<api::Paging> ReadPaging(const ListRequest& request) {
  const OrderFilter& filter = request.filter;
  api::ListQuery query("orders");
  query.Add(filter.caller).Add(filter.customer_id).Add(static_cast<int>(filter.state));
  query.Add(filter.created_from).Add(filter.created_before);
  return api::ReadPaging({request.page_size, request.page_token, request.skip}, std::move(query),
                         api::TimeAndId::kKinds);
}

api::PageKeys KeysOf(const domain::Order& order) { return api::TimeAndId{order.created_at, order.id}.keys(); }

}  // namespace

aio::Task<absl::StatusOr<OrderPage>> ListOrders::Run(const mesh::CallContext& call, ListRequest request) {
  const absl::StatusOr<api::Paging> paging = ReadPaging(request);
  if (!paging.ok()) co_return paging.status();
  OrderQuery query;
  query.filter = request.filter;
  query.after = api::TimeAndId::Of(paging->from);
  query.skip = paging->skip;
  query.limit = paging->limit();
  auto list = store_.List(call.waiter(), query);
  absl::StatusOr<std::vector<domain::Order>> orders = co_await list;
  if (!orders.ok()) co_return orders.status();

  auto rows = api::PageOf(*std::move(orders), *paging, domain::BytesAtMost, KeysOf);
  OrderPage page{.orders = std::move(rows.rows), .next_page_token = std::move(rows.next_page_token)};
  if (request.show_total_size) {
    auto count = store_.Count(call.waiter(), request.filter, api::kMaxTotalSize);
    const absl::StatusOr<std::int64_t> total = co_await count;
    if (!total.ok()) co_return total.status();
    page.total_size = *total;
  }
  co_return page;
}

}  // namespace ordermesh::gateway
