// Etags: which version of a resource a client has seen.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/uuid.h"

namespace ordermesh::domain {

// Opaque to clients; differs for each version, and for each resource as far as 32 bits of its id tell them apart. At
// most 28 bytes. An id is a UUID or text; the two are not mixed within one type of resource.
std::string MakeEtag(const base::Uuid& id, std::int64_t version);
std::string MakeEtag(absl::string_view id, std::int64_t version);

// The version that the etag stands for; 0 when it is another resource's. With or without the quotes of RFC 9110.
// INVALID_ARGUMENT, ETAG_MALFORMED: not one of ours.
absl::StatusOr<std::int64_t> EtagVersion(const base::Uuid& id, absl::string_view etag);
absl::StatusOr<std::int64_t> EtagVersion(absl::string_view id, absl::string_view etag);

}  // namespace ordermesh::domain
