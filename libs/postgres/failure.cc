#include "libs/postgres/failure.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "libs/aio/stopping.h"
#include "libs/postgres/connection.h"

namespace ordermesh::postgres {
namespace {

using base::StoreTrouble;

// Without a SQLSTATE no server has spoken: it is the pool's, or the connection's own.
StoreTrouble TroubleWithoutServer(const absl::Status& status) {
  if (aio::IsStopping(status)) return StoreTrouble::kStopping;
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      return StoreTrouble::kConflict;
    case absl::StatusCode::kUnavailable:
      return StoreTrouble::kUnreachable;
    case absl::StatusCode::kResourceExhausted:
      return StoreTrouble::kQueueFull;
    case absl::StatusCode::kDeadlineExceeded:
      return StoreTrouble::kExpired;
    case absl::StatusCode::kCancelled:
      return StoreTrouble::kGone;
    default:
      return StoreTrouble::kFault;
  }
}

StoreTrouble TroubleOf(const absl::Status& status, const std::string& state) {
  switch (status.code()) {
    case absl::StatusCode::kAborted:
      return state == "55P03" ? StoreTrouble::kLocked : StoreTrouble::kConflict;
    case absl::StatusCode::kInvalidArgument:
      return absl::StartsWith(state, "23") ? StoreTrouble::kConstraint : StoreTrouble::kUnstorable;
    case absl::StatusCode::kUnavailable:
      return StoreTrouble::kUnreachable;
    case absl::StatusCode::kDeadlineExceeded:
      return StoreTrouble::kTooSlow;
    case absl::StatusCode::kResourceExhausted:
      return StoreTrouble::kNoRoom;
    default:
      return StoreTrouble::kFault;
  }
}

}  // namespace

base::StoreFailure FailureOf(const absl::Status& status) {
  std::string state = SqlState(status);
  const StoreTrouble trouble = state.empty() ? TroubleWithoutServer(status) : TroubleOf(status, state);
  return {trouble, std::move(state)};
}

}  // namespace ordermesh::postgres
