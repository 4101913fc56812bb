#include "libs/wire/validation.h"

#include <utility>
#include <vector>

#include "libs/wire/orders.h"

namespace ordermesh::wire {

void VerdictToProto(const domain::Verdict& verdict, validation::v1::OrderValidation& out) {
  if (const auto* priced = std::get_if<domain::PricedOrder>(&verdict)) {
    PricedOrderToProto(*priced, *out.mutable_order());
    return;
  }
  for (const domain::Violation& violation : std::get<std::vector<domain::Violation>>(verdict)) {
    validation::v1::Violation& added = *out.add_violations();
    added.set_rule(violation.rule);
    added.set_field(violation.field);
    added.set_description(violation.description);
    added.set_kind(violation.kind == domain::ViolationKind::kState ? validation::v1::VIOLATION_KIND_STATE
                                                                   : validation::v1::VIOLATION_KIND_FIELD);
  }
}

absl::StatusOr<domain::Verdict> VerdictFromProto(const validation::v1::OrderValidation& validation) {
  if (validation.violations().empty()) {
    absl::StatusOr<domain::PricedOrder> priced = PricedOrderFromProto(validation.order());
    if (!priced.ok()) return std::move(priced).status();
    return domain::Verdict(*std::move(priced));
  }
  std::vector<domain::Violation> violations;
  violations.reserve(validation.violations_size());
  for (const validation::v1::Violation& violation : validation.violations()) {
    // A kind that a later release adds is at least a refusal: of the request, until this one knows better.
    violations.push_back({violation.rule(), violation.field(), violation.description(),
                          violation.kind() == validation::v1::VIOLATION_KIND_STATE ? domain::ViolationKind::kState
                                                                                   : domain::ViolationKind::kField});
  }
  return domain::Verdict(std::move(violations));
}

}  // namespace ordermesh::wire
