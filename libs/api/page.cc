#include "libs/api/page.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"
#include "libs/base/status.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/text.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;
using domain::ByteReader;
using domain::ByteWriter;

constexpr std::uint64_t kTokenVersion = 2;
constexpr std::size_t kCheckBytes = 12;

// Proto timestamps, which the rows' times become, reach from 0001-01-01 to the end of 9999.
constexpr std::int64_t kFirstMicro = -62'135'596'800'000'000;
constexpr std::int64_t kLastMicro = 253'402'300'799'999'999;

// Ties the position to its query. Not a secret: what a caller may see is decided by the query itself, not by its token.
std::string Check(absl::string_view position, const ListQuery& query) {
  ByteWriter all;
  all.Text(position).Text(query.bytes());
  const base::Sha256Digest digest = base::Sha256(all.bytes());
  return std::string(digest.begin(), digest.begin() + kCheckBytes);
}

void Write(const PageKey& key, ByteWriter& out) {
  struct Writer {
    ByteWriter& out;
    void operator()(const std::string& text) const { out.Text(text); }
    void operator()(std::int64_t number) const { out.Signed(number); }
    void operator()(absl::Time time) const { out.Signed(absl::ToUnixMicros(time)); }
    void operator()(const base::Uuid& id) const { out.Text(id.bytes()); }
  };
  out.Number(key.index());
  std::visit(Writer{out}, key);
}

// Nothing: it is not of this kind, or no value that a row can have.
std::optional<PageKey> ReadKey(KeyKind kind, ByteReader& in) {
  if (in.Number() != static_cast<std::uint64_t>(kind)) return std::nullopt;
  switch (kind) {
    case KeyKind::kText: {
      const absl::string_view text = in.Text();
      if (!domain::CountCharacters(text).has_value() || text.find('\0') != absl::string_view::npos) return std::nullopt;
      return std::string(text);
    }
    case KeyKind::kNumber:
      return in.Signed();
    case KeyKind::kTime: {
      const std::int64_t micros = in.Signed();
      if (micros < kFirstMicro || micros > kLastMicro) return std::nullopt;
      return absl::FromUnixMicros(micros);
    }
    case KeyKind::kUuid: {
      const absl::StatusOr<base::Uuid> id = base::Uuid::FromBytes(in.Text());
      if (!id.ok()) return std::nullopt;
      return *id;
    }
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<int> PageSize(std::int32_t asked) {
  if (asked < 0) return domain::FieldRefused(reasons::kPageSizeNegative, "page_size", "must not be negative");
  return asked == 0 ? kDefaultPageSize : std::min<int>(asked, kMaxPageSize);
}

absl::StatusOr<int> Skip(std::int32_t asked) {
  if (asked < 0 || asked > kMaxSkip) {
    return domain::FieldRefused(reasons::kSkipOutOfRange, "skip", absl::StrCat("must be 0 to ", kMaxSkip));
  }
  return asked;
}

std::optional<TimeAndId> TimeAndId::Of(const std::optional<PagePosition>& position) {
  if (!position.has_value()) return std::nullopt;
  return TimeAndId{std::get<absl::Time>(position->keys.at(0)), std::get<base::Uuid>(position->keys.at(1))};
}

ListQuery& ListQuery::Add(absl::string_view text) {
  parts_.Text(text);
  return *this;
}

ListQuery& ListQuery::Add(std::int64_t number) {
  parts_.Signed(number);
  return *this;
}

ListQuery& ListQuery::Add(const std::optional<absl::Time>& time) {
  parts_.Number(time.has_value() ? 1 : 0);
  if (time.has_value()) parts_.Signed(absl::ToUnixMicros(*time));
  return *this;
}

ListQuery& ListQuery::Add(const std::optional<base::Uuid>& id) {
  return Add(id.has_value() ? id->bytes() : absl::string_view());
}

std::string MakePageToken(const PagePosition& position, const ListQuery& query) {
  ByteWriter bytes;
  bytes.Number(kTokenVersion).Number(position.backwards ? 1 : 0);
  for (const PageKey& key : position.keys) Write(key, bytes);
  ByteWriter token;
  token.Text(bytes.bytes()).Text(Check(bytes.bytes(), query));
  return absl::WebSafeBase64Escape(token.bytes());
}

absl::StatusOr<PagePosition> ReadPageToken(absl::string_view token, const ListQuery& query,
                                           absl::Span<const KeyKind> kinds, Ways ways) {
  const absl::Status invalid =
      domain::FieldRefused(reasons::kPageTokenInvalid, "page_token", "is not one of this query");
  std::string bytes;
  // Base64 takes any number of spaces.
  if (token.size() > kMaxPageTokenBytes || !absl::WebSafeBase64Unescape(token, &bytes)) return invalid;
  ByteReader in(bytes);
  const absl::string_view position_bytes = in.Text();
  const absl::string_view check = in.Text();
  if (!in.done() || check != Check(position_bytes, query)) return invalid;

  ByteReader reader(position_bytes);
  if (reader.Number() != kTokenVersion) return invalid;
  const std::uint64_t backwards = reader.Number();
  if (backwards > (ways == Ways::kBoth ? 1u : 0u)) return invalid;
  PagePosition position{.keys = {}, .backwards = backwards == 1};
  for (const KeyKind kind : kinds) {
    std::optional<PageKey> key = ReadKey(kind, reader);
    if (!key.has_value()) return invalid;
    position.keys.push_back(*std::move(key));
  }
  if (!reader.done()) return invalid;
  return position;
}

absl::StatusOr<Paging> ReadPaging(const PageRequest& request, ListQuery query, absl::Span<const KeyKind> kinds,
                                  Ways ways) {
  Paging paging{.query = std::move(query), .ways = ways};
  ASSIGN_OR_RETURN(paging.size, PageSize(request.page_size));
  ASSIGN_OR_RETURN(paging.skip, Skip(request.skip));
  if (!request.page_token.empty()) {
    ASSIGN_OR_RETURN(paging.from, ReadPageToken(request.page_token, paging.query, kinds, ways));
  }
  return paging;
}

}  // namespace ordermesh::api
