#include "services/catalog/testing/fake_customer_store.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "libs/api/etag.h"
#include "libs/api/refusals.h"
#include "services/catalog/app/customer_refusals.h"

namespace ordermesh::catalog {
namespace {

using base::MutexLock;

using SortKey = std::tuple<absl::Time, std::string, std::string>;

SortKey KeyOf(const std::string& id, const std::string& name, absl::Time updated_at, CustomerOrder order) {
  return {order == CustomerOrder::kUpdateTime ? updated_at : absl::UnixEpoch(),
          order == CustomerOrder::kName ? absl::AsciiStrToLower(name) : "", id};
}

SortKey KeyOf(const Customer& customer, CustomerOrder order) {
  return KeyOf(customer.id, customer.content.name, customer.updated_at, order);
}

bool Matches(const Customer& customer, const CustomerFilter& filter) {
  const CustomerContent& content = customer.content;
  return (!filter.active.has_value() || content.active == *filter.active) &&
         (filter.email.empty() || content.email == filter.email) &&
         (filter.name_prefix.empty() || absl::StartsWithIgnoreCase(content.name, filter.name_prefix)) &&
         (!filter.updated_from.has_value() || customer.updated_at >= *filter.updated_from) &&
         (filter.deleted || !customer.deleted_at.has_value());
}

}  // namespace

void FakeCustomerStore::FailNext(absl::Status status) {
  MutexLock lock(mu_);
  failures_.push_back(std::move(status));
}

std::vector<FakeCustomerStore::Event> FakeCustomerStore::Events() const {
  MutexLock lock(mu_);
  return events_;
}

absl::Status FakeCustomerStore::Pass(const aio::Waiter& waiter) {
  if (waiter.deadline.Expired(waiter.lane.timer())) return api::DeadlinePassed();
  if (waiter.gone.stop_requested()) return api::CallerGone();
  if (failures_.empty()) return absl::OkStatus();
  absl::Status failure = std::move(failures_.front());
  failures_.pop_front();
  return failure;
}

absl::Time FakeCustomerStore::Now() const { return absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now())); }

Customer FakeCustomerStore::Change(Customer changed, const std::string& traceparent) {
  ++changed.version;
  changed.updated_at = Now();
  if (changed.deleted_at.has_value()) changed.deleted_at = changed.updated_at;
  customers_[changed.id] = changed;
  events_.push_back({changed, traceparent});
  return changed;
}

aio::Task<absl::StatusOr<Customer>> FakeCustomerStore::Create(aio::Waiter waiter, CustomerCreation creation) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  const std::pair key(creation.request.caller, creation.request.request_id);
  if (auto earlier = requests_.find(key); earlier != requests_.end()) {
    const std::string& fingerprint = earlier->second.fingerprint;
    if (!fingerprint.empty() && fingerprint != creation.request.fingerprint) {
      co_return api::IdempotencyKeyReused("a customer");
    }
    co_return customers_.at(earlier->second.customer);
  }
  if (customers_.contains(creation.id)) co_return CustomerIdTaken(creation.id);
  Customer customer{.id = std::move(creation.id), .content = std::move(creation.content)};
  customer.created_at = customer.updated_at = Now();
  requests_[key] = {creation.request.fingerprint, customer.id};
  customers_[customer.id] = customer;
  events_.push_back({customer, creation.trace.traceparent});
  co_return customer;
}

aio::Task<absl::StatusOr<Customer>> FakeCustomerStore::Get(aio::Waiter waiter, std::string id) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  auto found = customers_.find(id);
  if (found == customers_.end()) co_return CustomerNotFound(id);
  co_return found->second;
}

std::vector<Customer> FakeCustomerStore::Matching(const CustomerFilter& filter) const {
  std::vector<Customer> matching;
  for (const auto& [id, customer] : customers_) {
    if (Matches(customer, filter)) matching.push_back(customer);
  }
  std::sort(matching.begin(), matching.end(), [order = OrderOf(filter)](const Customer& a, const Customer& b) {
    return KeyOf(a, order) < KeyOf(b, order);
  });
  return matching;
}

aio::Task<absl::StatusOr<std::vector<Customer>>> FakeCustomerStore::List(aio::Waiter waiter, CustomerQuery query) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  const CustomerOrder order = OrderOf(query.filter);
  std::vector<Customer> page;
  int to_skip = query.skip;
  for (Customer& customer : Matching(query.filter)) {
    if (query.after &&
        KeyOf(customer, order) <= KeyOf(query.after->id, query.after->name, query.after->updated_at, order)) {
      continue;
    }
    if (to_skip-- > 0) continue;
    if (static_cast<int>(page.size()) == query.limit) break;
    page.push_back(std::move(customer));
  }
  co_return page;
}

aio::Task<absl::StatusOr<std::int64_t>> FakeCustomerStore::Count(aio::Waiter waiter, CustomerFilter filter,
                                                                 std::int64_t at_most) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  co_return std::min<std::int64_t>(at_most, static_cast<std::int64_t>(Matching(filter).size()));
}

aio::Task<absl::StatusOr<Customer>> FakeCustomerStore::Update(aio::Waiter waiter, CustomerUpdate update) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  auto found = customers_.find(update.id);
  if (found == customers_.end()) co_return CustomerNotFound(update.id);
  Customer changed = found->second;
  if (changed.deleted_at.has_value()) co_return CustomerDeleted(update.id);
  if (absl::Status current = api::CheckVersion(update.version, changed.version, kCustomer, update.id); !current.ok()) {
    co_return current;
  }
  SetFields(update.fields, changed.content);
  if (changed == found->second) co_return changed;
  co_return Change(std::move(changed), update.trace.traceparent);
}

aio::Task<absl::StatusOr<Customer>> FakeCustomerStore::Delete(aio::Waiter waiter, CustomerDeletion deletion) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  auto found = customers_.find(deletion.id);
  if (found == customers_.end()) co_return CustomerNotFound(deletion.id);
  Customer changed = found->second;
  if (changed.deleted_at.has_value()) co_return changed;
  if (absl::Status current = api::CheckVersion(deletion.version, changed.version, kCustomer, deletion.id);
      !current.ok()) {
    co_return current;
  }
  for (auto& [key, request] : requests_) {
    if (request.customer == changed.id) request.fingerprint.clear();
  }
  changed.content = ErasedContent();
  changed.deleted_at = Now();
  co_return Change(std::move(changed), deletion.trace.traceparent);
}

}  // namespace ordermesh::catalog
