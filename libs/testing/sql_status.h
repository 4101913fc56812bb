// Statuses as postgres::Connection gives them.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace ordermesh::testing {

inline absl::Status SqlError(absl::string_view state, absl::StatusCode code) {
  absl::Status status(code, "told to fail");
  status.SetPayload("ordermesh/sqlstate", absl::Cord(state));
  return status;
}

}  // namespace ordermesh::testing
