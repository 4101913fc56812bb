// Why a request was refused, inside an absl::Status: services pass it on, and wire turns it into google.rpc details.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace ordermesh::domain {

enum class ViolationKind {
  kField = 1,  // the request is wrong whatever the state of the shop: INVALID_ARGUMENT
  kState = 2,  // well formed, but the state of the shop forbids it: FAILED_PRECONDITION
};

// One broken rule.
struct Violation {
  std::string rule;         // a stable id, "QUANTITY_OUT_OF_RANGE"; docs/errors.md lists them
  std::string field;        // the path from the order, "lines[2].quantity"
  std::string description;  // English, for a developer; never personal data
  ViolationKind kind = ViolationKind::kField;

  friend bool operator==(const Violation&, const Violation&) = default;
};

struct Refusal {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  std::string reason;  // of google.rpc.ErrorInfo, "IDEMPOTENCY_KEY_REUSED"; docs/errors.md lists them
  std::vector<Violation> violations;
  std::optional<absl::Duration> retry_after;  // of google.rpc.RetryInfo
  std::string resource_type;                  // of google.rpc.ResourceInfo, "Order"; empty: none
  std::string resource_name;
};

// The payload's type URL.
inline constexpr char kRefusalPayload[] = "ordermesh/refusal";

// A status with the refusal's code and message that carries the rest as a payload.
absl::Status ToStatus(const Refusal& refusal);
// What ToStatus carried; of any other status just code and message.
Refusal RefusalOf(const absl::Status& status);

// The refusal of an order that breaks these rules (at least one): INVALID_ARGUMENT with all of them as soon as one is a
// field rule, otherwise FAILED_PRECONDITION.
Refusal Refuse(std::vector<Violation> violations);

}  // namespace ordermesh::domain
