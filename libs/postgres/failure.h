// What a failure of PostgreSQL means, in the words that all stores share.
#pragma once

#include "absl/status/status.h"
#include "libs/base/store_failure.h"

namespace ordermesh::postgres {

// Of a status, not OK, of a Connection or of a Pool of them.
base::StoreFailure FailureOf(const absl::Status& status);

}  // namespace ordermesh::postgres
