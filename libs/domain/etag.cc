#include "libs/domain/etag.h"

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {
namespace {

constexpr std::size_t kMarkDigits = 8;

// The last, random bytes of the id.
std::string Mark(const OrderId& id) { return absl::BytesToHexString(id.bytes().substr(12)); }

}  // namespace

std::string MakeEtag(const OrderId& id, std::int64_t version) { return absl::StrCat(Mark(id), "-", version); }

absl::StatusOr<std::int64_t> EtagVersion(const OrderId& id, absl::string_view etag) {
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
  std::int64_t version = 0;
  if (etag.size() < kMarkDigits + 2 || etag[kMarkDigits] != '-' ||
      !absl::SimpleAtoi(etag.substr(kMarkDigits + 1), &version) || version < 1 ||
      etag != absl::StrCat(etag.substr(0, kMarkDigits), "-", version)) {
    return ToStatus({.code = absl::StatusCode::kInvalidArgument,
                     .message = "etag: not one that this service made",
                     .reason = reasons::kEtagMalformed});
  }
  return etag.substr(0, kMarkDigits) == Mark(id) ? version : 0;
}

}  // namespace ordermesh::domain
