// Stock: reading and listing levels, adjusting one, reading its history.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/aio/task.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "libs/mesh/call.h"
#include "services/catalog/app/stock_store.h"

namespace ordermesh::catalog {

// As the client asked; texts live as long as the call.
struct StockListRequest {
  std::optional<std::int64_t> available_below;
  api::PageRequest page;
  bool show_total_size = false;
};
struct MovementListRequest {
  base::Uuid product_id;
  api::PageRequest page;
  bool show_total_size = false;
};
struct AdjustmentRequest {
  base::Uuid product_id;
  std::optional<StockChange> change;
  absl::string_view reason;
  std::string request_id;
  std::string fingerprint;  // of all that stands above but the request id
};

struct StockPage {
  api::Page<StockLevel> page;  // the least available first
  std::optional<std::int64_t> total_size;
};
struct MovementPage {
  api::Page<Movement> page;  // newest first
  std::optional<std::int64_t> total_size;
};

// Thread-safe. The dependencies must outlive it. Beside what is said here, each method fails as StockStore's does.
class StockKeeping {
 public:
  StockKeeping(StockStore& store, base::IdSource& ids) : store_(store), ids_(ids) {}

  //   kNotFound  there is no such product
  aio::Task<absl::StatusOr<StockLevel>> Get(const mesh::CallContext& call, const base::Uuid& product);

  //   kInvalidArgument  a negative threshold, size or skip, or a page token that is not this query's
  aio::Task<absl::StatusOr<StockPage>> List(const mesh::CallContext& call, StockListRequest request);

  //   kInvalidArgument     rules are broken, every one is named; or the request id was another request's
  //   kNotFound            there is no such product
  //   kFailedPrecondition  less would be available than nothing
  aio::Task<absl::StatusOr<StockLevel>> Adjust(const mesh::CallContext& call, AdjustmentRequest request);

  //   kInvalidArgument  a negative size or skip, or a page token that is not this query's
  //   kNotFound         there is no such product
  aio::Task<absl::StatusOr<MovementPage>> ListMovements(const mesh::CallContext& call, MovementListRequest request);

 private:
  StockStore& store_;
  base::IdSource& ids_;
};

}  // namespace ordermesh::catalog
