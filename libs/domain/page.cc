#include "libs/domain/page.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/domain/codec.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/limits.h"
#include "libs/domain/reasons.h"

namespace ordermesh::domain {
namespace {

constexpr std::uint64_t kTokenVersion = 1;
constexpr std::size_t kCheckBytes = 12;

// Ties the position to its query. Not a secret: what a caller may see is decided by the query itself, not by its token.
std::string Check(absl::string_view position, std::initializer_list<absl::string_view> query) {
  ByteWriter all;
  all.Text(position);
  for (absl::string_view part : query) all.Text(part);
  const base::Sha256Digest digest = base::Sha256(all.bytes());
  return std::string(digest.begin(), digest.begin() + kCheckBytes);
}

}  // namespace

absl::StatusOr<int> PageSize(std::int32_t asked) {
  if (asked < 0) return FieldRefused(reasons::kPageSizeNegative, "page_size", "must not be negative");
  return asked == 0 ? kDefaultPageSize : std::min<int>(asked, kMaxPageSize);
}

absl::StatusOr<int> Skip(std::int32_t asked) {
  if (asked < 0 || asked > kMaxSkip) {
    return FieldRefused(reasons::kSkipOutOfRange, "skip", absl::StrCat("must be 0 to ", kMaxSkip));
  }
  return asked;
}

std::string MakePageToken(const PagePosition& last, std::initializer_list<absl::string_view> query) {
  ByteWriter position;
  position.Number(kTokenVersion).Signed(absl::ToUnixMicros(last.time)).Text(last.id.bytes());
  ByteWriter token;
  token.Text(position.bytes()).Text(Check(position.bytes(), query));
  return absl::WebSafeBase64Escape(token.bytes());
}

absl::StatusOr<PagePosition> ReadPageToken(absl::string_view token, std::initializer_list<absl::string_view> query) {
  const absl::Status invalid = FieldRefused(reasons::kPageTokenInvalid, "page_token", "is not one of this query");
  std::string bytes;
  // Base64 takes any number of spaces.
  if (token.size() > kMaxPageTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes)) return invalid;
  ByteReader in(bytes);
  const absl::string_view position_bytes = in.Text();
  const absl::string_view check = in.Text();
  if (!in.done() || check != Check(position_bytes, query)) return invalid;

  ByteReader position(position_bytes);
  if (position.Number() != kTokenVersion) return invalid;
  const absl::Time time = absl::FromUnixMicros(position.Signed());
  const absl::string_view id = position.Text();
  if (!position.done() || id.size() != base::Uuid::kBytes) return invalid;
  std::array<std::uint8_t, base::Uuid::kBytes> id_bytes;
  std::copy(id.begin(), id.end(), id_bytes.begin());
  return PagePosition{time, base::Uuid(id_bytes)};
}

}  // namespace ordermesh::domain
