#include "libs/domain/field_refusals.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "libs/domain/reasons.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {

absl::Status FieldRefused(absl::string_view reason, absl::string_view field, absl::string_view problem) {
  const std::string rule(reason);
  return ToStatus({.code = absl::StatusCode::kInvalidArgument,
                   .message = absl::StrCat(field, ": ", problem),
                   .reason = rule,
                   .violations = {{.rule = rule, .field = std::string(field), .description = std::string(problem)}}});
}

absl::StatusOr<base::Uuid> ReadId(absl::string_view text, absl::string_view field) {
  absl::StatusOr<base::Uuid> id = base::Uuid::Parse(text);
  if (id.ok()) return id;
  return FieldRefused(reasons::kIdMalformed, field, "is not a UUID in its canonical form");
}

absl::Status FilterMalformed(absl::string_view field, absl::string_view problem) {
  return FieldRefused(reasons::kFilterMalformed, field, problem);
}

}  // namespace ordermesh::domain
