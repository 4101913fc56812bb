#include "services/catalog/app/customers.h"

#include <array>
#include <utility>
#include <variant>

#include "absl/types/span.h"
#include "libs/api/etag.h"
#include "libs/api/request_id.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"
#include "libs/domain/text.h"

namespace ordermesh::catalog {
namespace {

namespace reasons = domain::reasons;
using api::KeyKind;

absl::Status RefuseCustomer(Violations broken) {
  return RefuseBroken(reasons::kCustomerInvalid, "the customer", std::move(broken));
}

// Rows that are older than the grammar of ids are found, too.
absl::Status CheckWantedId(absl::string_view id) {
  absl::string_view problem = domain::FilterProblem(id, domain::kMaxCustomerIdBytes);
  if (id.empty()) problem = "is required";
  return problem.empty() ? absl::OkStatus() : domain::FieldRefused(reasons::kIdMalformed, "id", problem);
}

api::ListQuery QueryOf(const CustomerFilter& filter) {
  api::ListQuery query("customers");
  query.Add(filter.active.has_value() ? static_cast<std::int64_t>(*filter.active) : -1);
  query.Add(filter.email).Add(filter.name_prefix).Add(filter.updated_from);
  query.Add(static_cast<std::int64_t>(filter.deleted));
  return query;
}

absl::Span<const KeyKind> KindsOf(CustomerOrder order) {
  static constexpr std::array kId = {KeyKind::kText};
  static constexpr std::array kName = {KeyKind::kText, KeyKind::kText};
  static constexpr std::array kUpdateTime = {KeyKind::kTime, KeyKind::kText};
  if (order == CustomerOrder::kName) return kName;
  return order == CustomerOrder::kUpdateTime ? absl::MakeConstSpan(kUpdateTime) : absl::MakeConstSpan(kId);
}

api::PageKeys KeysOf(const Customer& customer, CustomerOrder order) {
  if (order == CustomerOrder::kName) return {customer.content.name, customer.id};
  if (order == CustomerOrder::kUpdateTime) return {customer.updated_at, customer.id};
  return {customer.id};
}

// Its keys are of the order's kinds.
CustomerPosition PositionOf(const api::PageKeys& keys, CustomerOrder order) {
  CustomerPosition position{.id = std::get<std::string>(keys.back())};
  if (order == CustomerOrder::kName) position.name = std::get<std::string>(keys.front());
  if (order == CustomerOrder::kUpdateTime) position.updated_at = std::get<absl::Time>(keys.front());
  return position;
}

}  // namespace

aio::Task<absl::StatusOr<Customer>> Customers::Create(const mesh::CallContext& call, NewCustomer customer) {
  Violations broken;
  if (!customer.id.empty()) CheckCustomerId(customer.id, broken);
  CheckFields(FieldsOf(customer.content), broken);
  if (!broken.empty()) co_return RefuseCustomer(std::move(broken));
  if (customer.id.empty()) customer.id = ids_.Next().ToString();
  Request request{.kind = RequestKind::kCreateCustomer,
                  .caller = std::string(call.caller()),
                  // Always one, so that an attempt whose outcome is not known finds its own traces.
                  .request_id = api::RequestIdOrNew(std::move(customer.request_id), ids_),
                  .fingerprint = std::move(customer.fingerprint)};
  auto create = store_.Create(call.waiter(),
                              {std::move(customer.id), std::move(customer.content), std::move(request), TraceOf(call)});
  co_return co_await create;
}

aio::Task<absl::StatusOr<Customer>> Customers::Get(const mesh::CallContext& call, absl::string_view id) {
  if (absl::Status wanted = CheckWantedId(id); !wanted.ok()) co_return wanted;
  auto get = store_.Get(call.waiter(), std::string(id));
  co_return co_await get;
}

aio::Task<absl::StatusOr<CustomerPage>> Customers::List(const mesh::CallContext& call, CustomerListRequest request) {
  const CustomerOrder order = OrderOf(request.filter);
  const absl::StatusOr<api::Paging> paging =
      api::ReadPaging({request.page_size, request.page_token, request.skip}, QueryOf(request.filter), KindsOf(order));
  if (!paging.ok()) co_return paging.status();
  CustomerQuery query{.filter = request.filter, .skip = paging->skip, .limit = paging->limit()};
  if (paging->from.has_value()) query.after = PositionOf(paging->from->keys, order);
  auto list = store_.List(call.waiter(), std::move(query));
  absl::StatusOr<std::vector<Customer>> rows = co_await list;
  if (!rows.ok()) co_return rows.status();

  CustomerPage page;
  page.page = api::PageOf(
      *std::move(rows), *paging, [](const Customer&) { return kLargestCustomerBytes; },
      [order](const Customer& customer) { return KeysOf(customer, order); });
  if (request.show_total_size) {
    auto count = store_.Count(call.waiter(), std::move(request.filter), api::kMaxTotalSize);
    const absl::StatusOr<std::int64_t> total = co_await count;
    if (!total.ok()) co_return total.status();
    page.total_size = *total;
  }
  co_return page;
}

aio::Task<absl::StatusOr<Customer>> Customers::Update(const mesh::CallContext& call, CustomerChange change) {
  if (absl::Status wanted = CheckWantedId(change.id); !wanted.ok()) co_return wanted;
  const absl::StatusOr<std::optional<std::int64_t>> version = api::VersionAsked(change.id, change.etag);
  if (!version.ok()) co_return version.status();
  Violations broken;
  CheckFields(change.fields, broken);
  if (!broken.empty()) co_return RefuseCustomer(std::move(broken));
  auto update = store_.Update(call.waiter(), {std::move(change.id), std::move(change.fields), *version, TraceOf(call)});
  co_return co_await update;
}

aio::Task<absl::StatusOr<Customer>> Customers::Delete(const mesh::CallContext& call, std::string id,
                                                      absl::string_view etag) {
  if (absl::Status wanted = CheckWantedId(id); !wanted.ok()) co_return wanted;
  const absl::StatusOr<std::optional<std::int64_t>> version = api::VersionAsked(id, etag);
  if (!version.ok()) co_return version.status();
  auto erase = store_.Delete(call.waiter(), {std::move(id), *version, TraceOf(call)});
  co_return co_await erase;
}

}  // namespace ordermesh::catalog
