// Verdicts on orders: ordermesh.validation.v1 ↔ domain.
#pragma once

#include "absl/status/statusor.h"
#include "libs/domain/rules.h"
#include "ordermesh/validation/v1/validation.pb.h"

namespace ordermesh::wire {

// `out` must be new or cleared.
void VerdictToProto(const domain::Verdict& verdict, validation::v1::OrderValidation& out);

// A validator's answer. INTERNAL: it has neither a well-formed order nor violations.
absl::StatusOr<domain::Verdict> VerdictFromProto(const validation::v1::OrderValidation& validation);

}  // namespace ordermesh::wire
