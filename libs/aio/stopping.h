// How work is refused by what is stopping: told apart from a dependency that can't be reached, which is kUnavailable,
// too.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/cord.h"

namespace ordermesh::aio {

namespace internal {
inline constexpr char kStopping[] = "ordermesh/stopping";
}  // namespace internal

// kUnavailable.
inline absl::Status Stopping() {
  absl::Status status = absl::UnavailableError("shutting down");
  status.SetPayload(internal::kStopping, absl::Cord());
  return status;
}

inline bool IsStopping(const absl::Status& status) { return status.GetPayload(internal::kStopping).has_value(); }

}  // namespace ordermesh::aio
