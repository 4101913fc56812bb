#include "libs/api/etag.h"

#include "libs/api/refusals.h"
#include "libs/base/status.h"
#include "libs/domain/etag.h"

namespace ordermesh::api {
namespace {

template <class Id>
absl::StatusOr<std::optional<std::int64_t>> Asked(const Id& id, absl::string_view etag) {
  if (etag.empty()) return std::nullopt;
  ASSIGN_OR_RETURN(const std::int64_t version, domain::EtagVersion(id, etag));
  return version;
}

}  // namespace

absl::StatusOr<std::optional<std::int64_t>> VersionAsked(const base::Uuid& id, absl::string_view etag) {
  return Asked(id, etag);
}
absl::StatusOr<std::optional<std::int64_t>> VersionAsked(absl::string_view id, absl::string_view etag) {
  return Asked(id, etag);
}

absl::Status CheckVersion(const std::optional<std::int64_t>& asked, std::int64_t version, absl::string_view type,
                          absl::string_view name) {
  return !asked.has_value() || *asked == version ? absl::OkStatus() : EtagStale(type, name);
}

}  // namespace ordermesh::api
