// Changes that are made only if the resource is still as its client has seen it. domain/etag.h makes the etags.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"

namespace ordermesh::api {

// The version that the resource must still have for a request with this etag, to be compared where it is changed, under
// its lock; nothing when `etag` is empty: any. 0, which none has: it is another resource's.
// INVALID_ARGUMENT, ETAG_MALFORMED: not one of ours.
absl::StatusOr<std::optional<std::int64_t>> VersionAsked(const base::Uuid& id, absl::string_view etag);
absl::StatusOr<std::optional<std::int64_t>> VersionAsked(absl::string_view id, absl::string_view etag);

// ABORTED, ETAG_STALE: `version` is not the one that was asked for. `type` and `name` are the resource's, "Order".
absl::Status CheckVersion(const std::optional<std::int64_t>& asked, std::int64_t version, absl::string_view type,
                          absl::string_view name);

}  // namespace ordermesh::api
