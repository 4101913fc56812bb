#include "services/catalog/app/list_products.h"

#include <utility>

#include "libs/api/page.h"
#include "services/catalog/app/product_size.h"

namespace ordermesh::catalog {
namespace {

// Numbers that may be missing are told from 0.
void AddOptional(const std::optional<std::int64_t>& number, api::ListQuery& query) {
  query.Add(static_cast<std::int64_t>(number.has_value())).Add(number.value_or(0));
}

absl::StatusOr<api::Paging> ReadPaging(const ProductListRequest& request) {
  const ProductFilter& filter = request.filter;
  api::ListQuery query("products");
  query.Add(filter.category).Add(filter.brand).Add(filter.currency).Add(filter.prefix).Add(filter.updated_from);
  AddOptional(filter.active, query);
  AddOptional(filter.price_from, query);
  AddOptional(filter.price_before, query);
  query.Add(static_cast<std::int64_t>(filter.show_deleted)).Add(static_cast<std::int64_t>(request.order));
  query.Add(static_cast<std::int64_t>(request.descending));
  return api::ReadPaging({request.page_size, request.page_token, request.skip}, std::move(query),
                         KeyKindsOf(request.order));
}

ProductPage CutPage(std::vector<ListedProduct> rows, const api::Paging& paging) {
  auto cut = api::PageOf(
      std::move(rows), paging, [](const ListedProduct& row) { return BytesAtMost(row.product); },
      [](const ListedProduct& row) { return row.keys; });
  ProductPage page;
  page.next_page_token = std::move(cut.next_page_token);
  page.products.reserve(cut.rows.size());
  for (ListedProduct& row : cut.rows) page.products.push_back(std::move(row.product));
  return page;
}

}  // namespace

std::vector<api::KeyKind> KeyKindsOf(ProductOrder order) {
  using api::KeyKind;
  switch (order) {
    case ProductOrder::kName:
    case ProductOrder::kSku:
      break;
    case ProductOrder::kPrice:
      return {KeyKind::kText, KeyKind::kNumber, KeyKind::kUuid};
    case ProductOrder::kUpdateTime:
      return {KeyKind::kTime, KeyKind::kUuid};
  }
  return {KeyKind::kText, KeyKind::kUuid};
}

aio::Task<absl::StatusOr<ProductPage>> ListProducts::Run(const mesh::CallContext& call, ProductListRequest request) {
  const absl::StatusOr<api::Paging> paging = ReadPaging(request);
  if (!paging.ok()) co_return paging.status();
  ProductQuery query;
  query.filter = request.filter;
  query.order = request.order;
  query.descending = request.descending;
  if (paging->from.has_value()) query.after = paging->from->keys;
  query.skip = paging->skip;
  query.limit = paging->limit();
  auto list = store_.List(call.waiter(), std::move(query));
  absl::StatusOr<std::vector<ListedProduct>> rows = co_await list;
  if (!rows.ok()) co_return rows.status();

  ProductPage page = CutPage(*std::move(rows), *paging);
  if (request.show_total_size) {
    auto count = store_.Count(call.waiter(), std::move(request.filter), api::kMaxTotalSize);
    const absl::StatusOr<std::int64_t> total = co_await count;
    if (!total.ok()) co_return total.status();
    page.total_size = *total;
  }
  co_return page;
}

}  // namespace ordermesh::catalog
