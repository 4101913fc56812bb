#include "services/gateway/app/refusals.h"

#include "absl/strings/str_cat.h"
#include "libs/api/refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::gateway {
namespace {

namespace reasons = domain::reasons;

constexpr char kOrder[] = "Order";

}  // namespace

absl::Status OrderNotFound(const domain::OrderId& id) {
  return api::NotFound(reasons::kOrderNotFound, kOrder, id.ToString());
}

absl::Status EtagStale(const domain::OrderId& id) { return api::EtagStale(kOrder, id.ToString()); }

absl::Status IdempotencyKeyReused() { return api::IdempotencyKeyReused("an order"); }

absl::Status OrderTooLarge(std::size_t bytes, std::size_t limit) {
  return domain::ToStatus(
      {.code = absl::StatusCode::kInvalidArgument,
       .message = absl::StrCat("order: it, or its event, would have ", bytes, " bytes; at most ", limit, " are taken"),
       .reason = reasons::kOrderTooLarge});
}

}  // namespace ordermesh::gateway
