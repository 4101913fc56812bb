#include "libs/domain/refusal.h"

#include <algorithm>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/codec.h"
#include "libs/domain/reasons.h"

namespace ordermesh::domain {
namespace {

constexpr std::uint64_t kPayloadVersion = 1;

}  // namespace

absl::Status ToStatus(const Refusal& refusal) {
  absl::Status status(refusal.code, refusal.message);
  ByteWriter out;
  out.Number(kPayloadVersion).Text(refusal.reason).Number(refusal.violations.size());
  for (const Violation& violation : refusal.violations) {
    out.Text(violation.rule).Text(violation.field).Text(violation.description);
    out.Number(static_cast<std::uint64_t>(violation.kind));
  }
  out.Number(refusal.retry_after.has_value() ? 1 : 0);
  if (refusal.retry_after.has_value()) out.Signed(absl::ToInt64Nanoseconds(*refusal.retry_after));
  out.Text(refusal.resource_type).Text(refusal.resource_name);
  status.SetPayload(kRefusalPayload, absl::Cord(std::move(out).bytes()));
  return status;
}

Refusal RefusalOf(const absl::Status& status) {
  Refusal plain{.code = status.code(), .message = std::string(status.message())};
  auto payload = status.GetPayload(kRefusalPayload);
  if (!payload.has_value()) return plain;

  const std::string bytes(*payload);
  ByteReader in(bytes);
  if (in.Number() != kPayloadVersion) return plain;
  Refusal full = plain;
  full.reason = std::string(in.Text());
  for (std::uint64_t left = in.Number(); in.ok() && left > 0; --left) {
    Violation violation;
    violation.rule = std::string(in.Text());
    violation.field = std::string(in.Text());
    violation.description = std::string(in.Text());
    violation.kind = in.Number() == 2 ? ViolationKind::kState : ViolationKind::kField;
    full.violations.push_back(std::move(violation));
  }
  if (in.Number() == 1) full.retry_after = absl::Nanoseconds(in.Signed());
  full.resource_type = std::string(in.Text());
  full.resource_name = std::string(in.Text());
  return in.done() ? full : plain;
}

Refusal Refuse(std::vector<Violation> violations) {
  const bool invalid = std::any_of(violations.begin(), violations.end(),
                                   [](const Violation& v) { return v.kind == ViolationKind::kField; });
  Refusal refusal;
  refusal.code = invalid ? absl::StatusCode::kInvalidArgument : absl::StatusCode::kFailedPrecondition;
  refusal.reason = invalid ? reasons::kOrderInvalid : reasons::kOrderRefused;
  refusal.message = violations.size() == 1
                        ? absl::StrCat("the order was refused: ", violations[0].field, ": ", violations[0].description)
                        : absl::StrCat("the order was refused: it breaks ", violations.size(), " rules");
  refusal.violations = std::move(violations);
  return refusal;
}

}  // namespace ordermesh::domain
