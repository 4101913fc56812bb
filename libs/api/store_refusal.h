// What a failure of a store means for whoever asked.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/base/store_failure.h"
#include "libs/domain/reasons.h"

namespace ordermesh::api {

// What differs between stores, and between questions to one.
struct StoreWords {
  absl::string_view store = "database";                             // the hop's name
  const char* unavailable = domain::reasons::kDatabaseUnavailable;  // the hop's reason
  absl::string_view subject = "what is asked for";                  // what may be locked: "stock"
  // The reason (INVALID_ARGUMENT) when the store can't hold what was sent. nullptr: it was checked before, so that it
  // is a fault of ours.
  const char* unstorable = nullptr;
  // Of a list or a count: how to ask for less. The store's own limit on a statement means then that it works and that
  // the filter is the cause, so that a repeat would fare no better. Empty: of neither, and a repeat may do.
  absl::string_view narrow;
};

// The refusal to answer with when work failed that is not run again. `status`, not OK, is the store's, and `failure`
// how its adapter classifies it; a status that carries a refusal was decided already, and stays as it is. A fault of
// ours is kInternal. Faults, and what keeps the store from working, are logged, of many in a row a few; the store's own
// words go no further, they may quote data. Thread-safe.
absl::Status StoreRefusal(const absl::Status& status, const base::StoreFailure& failure, const StoreWords& words);

}  // namespace ordermesh::api
