#include "libs/domain/etag.h"

#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"

namespace ordermesh::domain {
namespace {

constexpr std::size_t kMarkDigits = 8;

// The last, random bytes of the id.
std::string Mark(const base::Uuid& id) { return absl::BytesToHexString(id.bytes().substr(12)); }

// Ids that people choose differ anywhere.
std::string Mark(absl::string_view id) {
  const base::Sha256Digest digest = base::Sha256(id);
  return absl::BytesToHexString(std::string(digest.begin(), digest.begin() + kMarkDigits / 2));
}

std::string Etag(absl::string_view mark, std::int64_t version) { return absl::StrCat(mark, "-", version); }

absl::StatusOr<std::int64_t> Version(absl::string_view mark, absl::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  std::int64_t version = 0;
  if (etag.size() < kMarkDigits + 2 || etag[kMarkDigits] != '-' ||
      !absl::SimpleAtoi(etag.substr(kMarkDigits + 1), &version) || version < 1 ||
      etag != Etag(etag.substr(0, kMarkDigits), version)) {
    return FieldRefused(reasons::kEtagMalformed, "etag", "not one that this service made");
  }
  return etag.substr(0, kMarkDigits) == mark ? version : 0;
}

}  // namespace

std::string MakeEtag(const base::Uuid& id, std::int64_t version) { return Etag(Mark(id), version); }
std::string MakeEtag(absl::string_view id, std::int64_t version) { return Etag(Mark(id), version); }

absl::StatusOr<std::int64_t> EtagVersion(const base::Uuid& id, absl::string_view etag) {
  return Version(Mark(id), etag);
}
absl::StatusOr<std::int64_t> EtagVersion(absl::string_view id, absl::string_view etag) {
  return Version(Mark(id), etag);
}

}  // namespace ordermesh::domain
