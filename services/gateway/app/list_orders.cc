#include "services/gateway/app/list_orders.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/domain/order_size.h"
#include "libs/domain/page.h"

namespace ordermesh::gateway {
namespace {

std::string TimeKey(const std::optional<absl::Time>& time) {
  return time.has_value() ? absl::StrCat(absl::ToUnixMicros(*time)) : "";
}

// What a page token is bound to, as text.
struct FilterKey {
  explicit FilterKey(const OrderFilter& filter)
      : state(absl::StrCat(static_cast<int>(filter.state))),
        from(TimeKey(filter.created_from)),
        before(TimeKey(filter.created_before)) {}
  std::string state, from, before;
};

absl::StatusOr<OrderQuery> MakeQuery(const ListRequest& request) {
  OrderQuery query;
  query.filter = request.filter;
  ASSIGN_OR_RETURN(const int page_size, domain::PageSize(request.page_size));
  ASSIGN_OR_RETURN(query.skip, domain::Skip(request.skip));
  query.limit = page_size + 1;  // one more tells whether another page follows
  if (!request.page_token.empty()) {
    const FilterKey key(request.filter);
    ASSIGN_OR_RETURN(query.after, domain::ReadPageToken(request.page_token,
                                                        {"orders", request.filter.caller, request.filter.customer_id,
                                                         key.state, key.from, key.before}));
  }
  return query;
}

std::string TokenAfter(const domain::Order& last, const OrderFilter& filter) {
  const FilterKey key(filter);
  return domain::MakePageToken({last.created_at, last.id},
                               {"orders", filter.caller, filter.customer_id, key.state, key.from, key.before});
}

}  // namespace

aio::Task<absl::StatusOr<OrderPage>> ListOrders::Run(const mesh::CallContext& call, ListRequest request) {
  const absl::StatusOr<OrderQuery> query = MakeQuery(request);
  if (!query.ok()) co_return query.status();
  auto list = store_.List(call.waiter(), *query);
  absl::StatusOr<std::vector<domain::Order>> orders = co_await list;
  if (!orders.ok()) co_return orders.status();

  OrderPage page;
  page.orders = *std::move(orders);
  const std::size_t page_size = domain::RowsOfPage(page.orders, static_cast<std::size_t>(query->limit) - 1,
                                                   query->max_bytes, domain::BytesAtMost);
  if (page.orders.size() > page_size) {
    page.orders.resize(page_size);
    page.next_page_token = TokenAfter(page.orders.back(), request.filter);
  }
  if (request.show_total_size) {
    auto count = store_.Count(call.waiter(), request.filter, domain::kMaxTotalSize);
    const absl::StatusOr<std::int64_t> total = co_await count;
    if (!total.ok()) co_return total.status();
    page.total_size = *total;
  }
  co_return page;
}

}  // namespace ordermesh::gateway
