#include "services/catalog/testing/fake_product_store.h"

#include <algorithm>
#include <cstddef>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "libs/api/refusals.h"
#include "services/catalog/app/product_refusals.h"

namespace ordermesh::catalog {
namespace {

using base::MutexLock;

bool Matches(const Product& product, const ProductFilter& filter) {
  const ProductContent& content = product.content;
  const std::string prefix = absl::AsciiStrToLower(filter.prefix);
  return (filter.category.empty() || content.category == filter.category) &&
         (filter.brand.empty() || content.brand == filter.brand) &&
         (!filter.active.has_value() || content.active == *filter.active) &&
         (filter.currency.empty() || content.price.currency == filter.currency) &&
         (!filter.price_from.has_value() || content.price.minor >= *filter.price_from) &&
         (!filter.price_before.has_value() || content.price.minor < *filter.price_before) &&
         (absl::StartsWith(absl::AsciiStrToLower(content.name), prefix) ||
          absl::StartsWith(absl::AsciiStrToLower(content.sku), prefix)) &&
         (!filter.updated_from.has_value() || product.updated_at >= *filter.updated_from) &&
         (filter.show_deleted || !product.deleted_at.has_value());
}

api::PageKeys KeysOf(const Product& product, ProductOrder order) {
  switch (order) {
    case ProductOrder::kName:
      break;
    case ProductOrder::kSku:
      return {absl::AsciiStrToLower(product.content.sku), product.id};
    case ProductOrder::kPrice:
      return {product.content.price.currency, product.content.price.minor, product.id};
    case ProductOrder::kUpdateTime:
      return {product.updated_at, product.id};
  }
  return {absl::AsciiStrToLower(product.content.name), product.id};
}

}  // namespace

void FakeProductStore::FailNext(absl::Status status) {
  MutexLock lock(mu_);
  failures_.push_back(std::move(status));
}

std::vector<OutboxEvent> FakeProductStore::Events() const {
  MutexLock lock(mu_);
  return told_;
}

int FakeProductStore::calls() const {
  MutexLock lock(mu_);
  return calls_;
}

absl::Status FakeProductStore::Pass(const aio::Waiter& waiter) {
  ++calls_;
  if (waiter.deadline.Expired(waiter.lane.timer())) return api::DeadlinePassed();
  if (waiter.gone.stop_requested()) return api::CallerGone();
  if (failures_.empty()) return absl::OkStatus();
  absl::Status failure = std::move(failures_.front());
  failures_.pop_front();
  return failure;
}

Product* FakeProductStore::Look(const ProductKey& key) {
  if (const auto* id = std::get_if<base::Uuid>(&key)) {
    const auto found = products_.find(*id);
    return found == products_.end() ? nullptr : &found->second;
  }
  for (auto& [id, product] : products_) {
    if (product.content.sku == std::get<std::string>(key)) return &product;
  }
  return nullptr;
}

aio::Task<absl::StatusOr<Product>> FakeProductStore::Create(aio::Waiter waiter, ProductCreation creation) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  const std::pair<std::string, std::string> request(creation.request.caller, creation.request.request_id);
  if (const auto made = requests_.find(request); made != requests_.end()) {
    if (made->second.fingerprint != creation.request.fingerprint) co_return api::IdempotencyKeyReused("a product");
    co_return products_.at(made->second.id);
  }
  if (Look(creation.content.sku) != nullptr) co_return SkuTaken(creation.content.sku);
  Product product{.id = creation.id, .content = std::move(creation.content), .deleted_at = std::nullopt};
  product.created_at = product.updated_at = Now();
  requests_[request] = {creation.request.fingerprint, product.id};
  products_[product.id] = product;
  told_.push_back(events_.OfProduct(product, creation.traceparent));
  co_return product;
}

aio::Task<absl::StatusOr<Product>> FakeProductStore::Change(aio::Waiter waiter, ProductChange change) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  Product* const stored = Look(change.key);
  if (stored == nullptr) co_return ProductNotFound(change.key);
  Product product = *stored;
  if (absl::Status edited = change.edit(product); !edited.ok()) co_return edited;
  const bool was_deleted = stored->deleted_at.has_value();
  if (product.content == stored->content && product.deleted_at.has_value() == was_deleted) co_return *stored;
  ++product.version;
  product.updated_at = Now();
  if (product.deleted_at.has_value()) product.deleted_at = was_deleted ? stored->deleted_at : product.updated_at;
  *stored = product;
  told_.push_back(events_.OfProduct(product, change.traceparent));
  co_return product;
}

aio::Task<absl::StatusOr<Product>> FakeProductStore::Get(aio::Waiter waiter, ProductKey key) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  const Product* const product = Look(key);
  if (product == nullptr) co_return ProductNotFound(key);
  co_return *product;
}

aio::Task<absl::StatusOr<std::vector<std::optional<Product>>>> FakeProductStore::Find(aio::Waiter waiter,
                                                                                      std::vector<ProductKey> keys) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  std::vector<std::optional<Product>> found;
  for (const ProductKey& key : keys) {
    const Product* const product = Look(key);
    found.push_back(product == nullptr ? std::nullopt : std::optional(*product));
  }
  co_return found;
}

std::vector<ListedProduct> FakeProductStore::Matching(const ProductFilter& filter, ProductOrder order) const {
  std::vector<ListedProduct> matching;
  for (const auto& [id, product] : products_) {
    if (Matches(product, filter)) matching.push_back({product, KeysOf(product, order)});
  }
  return matching;
}

aio::Task<absl::StatusOr<std::vector<ListedProduct>>> FakeProductStore::List(aio::Waiter waiter, ProductQuery query) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  std::vector<ListedProduct> rows = Matching(query.filter, query.order);
  const auto before = [&query](const api::PageKeys& a, const api::PageKeys& b) {
    return query.descending ? b < a : a < b;
  };
  std::sort(rows.begin(), rows.end(),
            [&](const ListedProduct& a, const ListedProduct& b) { return before(a.keys, b.keys); });
  std::vector<ListedProduct> page;
  int to_skip = query.skip;
  for (ListedProduct& row : rows) {
    if (query.after.has_value() && !before(*query.after, row.keys)) continue;
    if (to_skip-- > 0) continue;
    if (static_cast<int>(page.size()) == query.limit) break;
    page.push_back(std::move(row));
  }
  co_return page;
}

aio::Task<absl::StatusOr<std::int64_t>> FakeProductStore::Count(aio::Waiter waiter, ProductFilter filter,
                                                                std::int64_t at_most) {
  MutexLock lock(mu_);
  if (absl::Status pass = Pass(waiter); !pass.ok()) co_return pass;
  co_return std::min(at_most, static_cast<std::int64_t>(Matching(filter, ProductOrder::kName).size()));
}

}  // namespace ordermesh::catalog
