// Where products are kept, with the events that their changes cause.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/aio/task.h"
#include "libs/aio/waiter.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "services/catalog/app/product.h"
#include "services/catalog/app/request.h"

namespace ordermesh::catalog {

// Which product: by its id or its SKU.
using ProductKey = std::variant<base::Uuid, std::string>;

// A product to add. Its id is fixed before the first attempt, so that one whose outcome is unknown can be made again.
struct ProductCreation {
  base::Uuid id;
  ProductContent content;
  Request request;
  base::Uuid event_id;
  std::string traceparent;
};

// Makes of the product as it is what it is to be, or refuses. What it may change is the content and `deleted_at`; of
// the latter only whether there is one counts, since the database's clock says when. Called under the product's lock,
// on a thread of the store, once for each attempt.
using ProductEdit = std::function<absl::Status(Product&)>;

struct ProductChange {
  ProductKey key;
  ProductEdit edit;
  base::Uuid event_id;
  std::string traceparent;
};

struct ProductFilter {
  std::string category, brand;  // exactly; empty: any
  std::optional<bool> active;
  std::string currency;  // of the prices below; empty: any
  std::optional<std::int64_t> price_from, price_before;
  std::string prefix;  // of the name or the SKU, in either case; empty: any
  std::optional<absl::Time> updated_from;
  bool show_deleted = false;
};

enum class ProductOrder { kName, kSku, kPrice, kUpdateTime };

struct ProductQuery {
  ProductFilter filter;
  ProductOrder order = ProductOrder::kName;
  bool descending = false;
  std::optional<api::PageKeys> after;  // only what comes behind them; of the kinds that KeyKindsOf gives
  int skip = 0;
  int limit = 21;
};

// What products in this order are sorted by: name or SKU in lower case, currency and price, or time; and then the id.
std::vector<api::KeyKind> KeyKindsOf(ProductOrder order);

struct ListedProduct {
  Product product;
  api::PageKeys keys;  // by which it is sorted, as the store sees them
};

// Every method is called on the waiter's lane, and its result arrives there. What a waiter stopped waiting for is not
// begun. Thread-safe. Beside the refusals that stand at a method, each gives:
//   kUnavailable        the store is not reachable, or the product is locked; nothing was changed; safe to repeat
//   kResourceExhausted  too much work is waiting for the store; nothing was changed
//   kDeadlineExceeded   the store went away while it committed, and stayed away: repeat to learn what happened; or the
//                       waiter's deadline passed before anything was changed
//   kCancelled          the waiter was gone before the work began
//   kInternal           a broken invariant of ours
class ProductStore {
 public:
  virtual ~ProductStore() = default;

  // Stores a product, without any stock, and its event, in one commit; or gives the one that the same request stored
  // before, as it is now.
  //   kInvalidArgument  the request stored a product of another fingerprint
  //   kAlreadyExists    another product, which may be deleted, has the SKU
  virtual aio::Task<absl::StatusOr<Product>> Create(aio::Waiter waiter, ProductCreation creation) = 0;

  // Edits a product and stores its event, in one commit. What the edit leaves as it is, is not written, and has no
  // event. The edit's refusals are passed on.
  //   kNotFound  there is none
  virtual aio::Task<absl::StatusOr<Product>> Change(aio::Waiter waiter, ProductChange change) = 0;

  // kNotFound: there is none. Deleted ones are given, here and by Find.
  virtual aio::Task<absl::StatusOr<Product>> Get(aio::Waiter waiter, ProductKey key) = 0;

  // For each key its product, if there is one.
  virtual aio::Task<absl::StatusOr<std::vector<std::optional<Product>>>> Find(aio::Waiter waiter,
                                                                              std::vector<ProductKey> keys) = 0;

  // kInvalidArgument, here and in Count: the filter is too broad.
  virtual aio::Task<absl::StatusOr<std::vector<ListedProduct>>> List(aio::Waiter waiter, ProductQuery query) = 0;

  // How many products match; `at_most` when there are more.
  virtual aio::Task<absl::StatusOr<std::int64_t>> Count(aio::Waiter waiter, ProductFilter filter,
                                                        std::int64_t at_most) = 0;
};

}  // namespace ordermesh::catalog
