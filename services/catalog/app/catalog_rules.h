// The rules that products, customers and adjustments of stock must keep: one table of their ids and texts, and the
// checks that all of them share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "absl/types/span.h"
#include "libs/domain/refusal.h"

namespace ordermesh::catalog {

// Each is a rule of the request, whatever the state of the catalogue.
enum class CatalogRule {
  // Of any text.
  kFieldRequired,
  kTextNotUtf8,
  kTextHasControl,
  kTextTooLong,
  // Of products.
  kSkuTooLong,
  kSkuHasBlanks,
  kSkuImmutable,
  kCurrencyUnknown,
  kPriceMalformed,
  kPriceNegative,
  kAttributesTooMany,
  kAttributesTooLarge,
  kAttributeKeyMalformed,
  // Of customers.
  kCustomerIdMalformed,
  kEmailMalformed,
  kEmailTooLong,
  // Of adjustments of stock.
  kStockChangeRequired,
  kStockDeltaOutOfRange,
  kStockCountOutOfRange,
};

struct CatalogRuleInfo {
  CatalogRule rule;
  const char* id;           // stable: clients branch on it
  const char* field;        // where it is reported, for the documentation
  const char* description;  // a template of absl::Substitute
};

// Every rule, in the order of the enum. docs/errors.md lists them and is tested against this table.
absl::Span<const CatalogRuleInfo> CatalogRules();

const CatalogRuleInfo& Describe(CatalogRule rule);

using Violations = std::vector<domain::Violation>;

// The violation of `rule` at `field`; `arguments` fill the description's $0, $1, …
template <class... Argument>
domain::Violation Broken(CatalogRule rule, absl::string_view field, const Argument&... arguments) {
  const CatalogRuleInfo& info = Describe(rule);
  return {info.id, std::string(field), absl::Substitute(info.description, arguments...), domain::ViolationKind::kField};
}

struct TextLimits {
  std::int64_t most;      // characters
  bool required = false;  // may not be empty
  bool lines = false;     // may have line breaks and tabs; no text may have other control characters
};
// Adds what is wrong with `text`, one thing at most.
void CheckText(absl::string_view text, absl::string_view field, const TextLimits& limits, Violations& broken);

// INVALID_ARGUMENT with every violation; `reason` is the resource's own, "CUSTOMER_INVALID", and `what` its name, "the
// customer". OK when there are none.
absl::Status RefuseBroken(const char* reason, absl::string_view what, Violations broken);

}  // namespace ordermesh::catalog
