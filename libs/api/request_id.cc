#include "libs/api/request_id.h"

#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/field_refusals.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"
#include "libs/domain/text.h"

namespace ordermesh::api {
namespace {

namespace reasons = domain::reasons;

// What stands between the quotes, or the text itself when it has none. Nothing: the quotes are wrong.
std::optional<std::string> Unquote(absl::string_view header) {
  if (header.empty() || header.front() != '"') {
    if (header.find('"') != absl::string_view::npos) return std::nullopt;
    return std::string(header);
  }
  std::string text;
  for (std::size_t i = 1; i < header.size(); ++i) {
    char c = header[i];
    if (c == '"') {
      if (i + 1 != header.size()) return std::nullopt;
      return text;
    }
    if (c == '\\') {
      if (++i == header.size() || (header[i] != '"' && header[i] != '\\')) return std::nullopt;
      c = header[i];
    }
    text.push_back(c);
  }
  return std::nullopt;  // never closed
}

absl::Status Malformed(absl::string_view where) {
  return domain::FieldRefused(reasons::kRequestIdMalformed, where,
                              absl::StrCat("must be 1 to ", kMaxRequestId, " visible ASCII characters"));
}

}  // namespace

absl::StatusOr<std::string> RequestIdFrom(absl::string_view field, absl::Span<const absl::string_view> headers) {
  if (!field.empty() && !domain::IsVisibleAscii(field, kMaxRequestId)) return Malformed("request_id");
  std::string id(field);
  for (absl::string_view header : headers) {
    std::optional<std::string> from_header = Unquote(header);
    if (!from_header.has_value() || !domain::IsVisibleAscii(*from_header, kMaxRequestId))
      return Malformed("Idempotency-Key");
    if (id.empty()) {
      id = *std::move(from_header);
    } else if (id != *from_header) {
      return domain::ToStatus({.code = absl::StatusCode::kInvalidArgument,
                               .message = "request_id and the headers Idempotency-Key differ; send one of them",
                               .reason = reasons::kRequestIdsDiffer});
    }
  }
  return id;
}

absl::StatusOr<std::string> RequiredRequestId(absl::string_view field, absl::Span<const absl::string_view> headers) {
  absl::StatusOr<std::string> id = RequestIdFrom(field, headers);
  if (id.ok() && id->empty()) return Malformed("request_id");
  return id;
}

std::string RequestIdOrNew(std::string given, base::IdSource& ids) {
  return given.empty() ? ids.Next().ToString() : std::move(given);
}

}  // namespace ordermesh::api
