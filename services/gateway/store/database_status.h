// What a failure of the database means for whoever asked for orders. Given to it: a status, not OK, of
// postgres::Connection or of a pool of them, when the failed work is not run again and nothing was stored.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/api/store_refusal.h"
#include "libs/domain/reasons.h"
#include "libs/postgres/failure.h"

namespace ordermesh::gateway {

// `what` is what may be locked, "stock".
inline absl::Status ToRefusal(const absl::Status& status, absl::string_view what) {
  return api::StoreRefusal(status, postgres::FailureOf(status),
                           {.subject = what, .unstorable = domain::reasons::kOrderInvalid});
}

// Of a list or a count.
inline absl::Status ToListRefusal(const absl::Status& status) {
  return api::StoreRefusal(status, postgres::FailureOf(status),
                           {.subject = "the order",
                            .unstorable = domain::reasons::kOrderInvalid,
                            .narrow = "narrow the window of time, or filter by customer"});
}

}  // namespace ordermesh::gateway
