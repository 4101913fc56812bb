#include "services/catalog/app/products.h"

#include <cstddef>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/api/etag.h"
#include "libs/api/page.h"
#include "libs/api/refusals.h"
#include "libs/api/request_id.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "services/catalog/app/product_edits.h"
#include "services/catalog/app/product_refusals.h"
#include "services/catalog/app/product_size.h"

namespace ordermesh::catalog {
namespace {

absl::Status CheckNew(const NewProduct& product) {
  Violations broken;
  CheckSku(product.sku, broken);
  CheckFields(product.fields, broken);
  return ProductInvalid(std::move(broken));
}

// What can be said without the product.
absl::Status CheckUpdate(const ProductUpdate& update) {
  Violations broken;
  CheckFields(update.fields, broken);
  if (absl::Status fields = ProductInvalid(std::move(broken)); !fields.ok()) return fields;
  return api::VersionAsked(base::Uuid(), update.etag).status();
}

// Those that were found, each once, as far as they fit into an answer.
absl::StatusOr<std::vector<Product>> EachOnce(std::vector<std::optional<Product>> found) {
  std::vector<Product> products;
  std::set<base::Uuid> given;
  std::size_t bytes = 0;
  for (std::optional<Product>& product : found) {
    if (!product.has_value() || !given.insert(product->id).second) continue;
    bytes += BytesAtMost(*product);
    products.push_back(*std::move(product));
  }
  if (bytes <= api::kMaxPageBytes || products.size() == 1) return products;
  return domain::FieldRefused(domain::reasons::kBatchSizeOutOfRange, "ids",
                              "these products have more than 1 MiB together; ask for fewer");
}

}  // namespace

aio::Task<absl::StatusOr<Product>> Products::Create(const mesh::CallContext& call, NewProduct product) {
  if (absl::Status valid = CheckNew(product); !valid.ok()) co_return valid;
  ProductCreation creation;
  creation.id = ids_.Next();
  creation.content.sku = std::move(product.sku);
  SetFields(product.fields, creation.content);
  creation.request = std::move(product.request);
  creation.request.request_id = api::RequestIdOrNew(std::move(creation.request.request_id), ids_);
  creation.event_id = ids_.Next();
  creation.traceparent = call.trace().traceparent();
  auto create = store_.Create(call.waiter(), std::move(creation));
  co_return co_await create;
}

aio::Task<absl::StatusOr<Product>> Products::Get(const mesh::CallContext& call, ProductKey key) {
  auto get = store_.Get(call.waiter(), std::move(key));
  co_return co_await get;
}

aio::Task<absl::StatusOr<std::vector<Product>>> Products::BatchGet(const mesh::CallContext& call,
                                                                   std::vector<ProductKey> keys) {
  if (keys.empty() || keys.size() > kMaxProductBatch) {
    co_return api::BatchSizeOutOfRange("ids", static_cast<std::int64_t>(keys.size()), kMaxProductBatch);
  }
  auto find = store_.Find(call.waiter(), std::move(keys));
  absl::StatusOr<std::vector<std::optional<Product>>> found = co_await find;
  if (!found.ok()) co_return found.status();
  co_return EachOnce(*std::move(found));
}

aio::Task<absl::StatusOr<Product>> Products::Update(const mesh::CallContext& call, ProductUpdate update) {
  if (absl::Status valid = CheckUpdate(update); !valid.ok()) co_return valid;
  auto change = Change(call, std::move(update.key),
                       SetProductFields(std::move(update.fields), std::move(update.sku), std::move(update.etag)));
  co_return co_await change;
}

aio::Task<absl::StatusOr<Product>> Products::Delete(const mesh::CallContext& call, ProductKey key, std::string etag) {
  if (absl::Status ours = api::VersionAsked(base::Uuid(), etag).status(); !ours.ok()) co_return ours;
  auto change = Change(call, std::move(key), DeleteProduct(std::move(etag)));
  co_return co_await change;
}

aio::Task<absl::StatusOr<Product>> Products::Undelete(const mesh::CallContext& call, ProductKey key, std::string etag) {
  if (absl::Status ours = api::VersionAsked(base::Uuid(), etag).status(); !ours.ok()) co_return ours;
  auto change = Change(call, std::move(key), UndeleteProduct(std::move(etag)));
  co_return co_await change;
}

aio::Task<absl::StatusOr<Product>> Products::Change(const mesh::CallContext& call, ProductKey key, ProductEdit edit) {
  ProductChange change{.key = std::move(key),
                       .edit = std::move(edit),
                       .event_id = ids_.Next(),
                       .traceparent = call.trace().traceparent()};
  auto run = store_.Change(call.waiter(), std::move(change));
  co_return co_await run;
}

}  // namespace ordermesh::catalog
