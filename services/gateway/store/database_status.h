// What a failure of the database means for whoever asked.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::gateway {

enum class Trouble {
  kDeadlock,    // 40P01, 40001, or whatever else was undone by others: run it again
  kLocked,      // 55P03: someone else holds what is needed
  kData,        // classes 22, 23 and 54: what was sent can't be stored
  kConnection,  // lost, or not to be had
  kOther,
};

// Of a status of postgres::Connection that is not OK.
Trouble TroubleOf(const absl::Status& status);

// The refusal to answer with, when the failed work is not run again and nothing was stored. `what` is what may be
// locked, "stock". A fault of ours is kInternal, and logged. The database's own words go no further than our log: they
// may quote data.
absl::Status ToRefusal(const absl::Status& status, absl::string_view what);

// The same for a list or a count. The database's own limit on a statement (57014) means that it works and that the
// filter is the cause, so a repeat would fare no better; a database that hangs answers nothing, and is kUnavailable.
absl::Status ToListRefusal(const absl::Status& status);

}  // namespace ordermesh::gateway
