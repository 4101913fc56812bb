// The rules that an order must keep: one table of their ids, kinds and texts.
#pragma once

#include <initializer_list>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"
#include "absl/types/span.h"
#include "libs/domain/limits.h"
#include "libs/domain/refusal.h"

namespace ordermesh::domain {

enum class Rule {
  kCustomerRequired,
  kCustomerUnknown,
  kEmailMalformed,
  kEmailTooLong,
  kEmailRequired,
  kCustomerEmailMalformed,
  kLinesEmpty,
  kLinesTooMany,
  kSkuRequired,
  kSkuDuplicate,
  kQuantityOutOfRange,
  kProductUnknown,
  kProductNotForSale,
  kCurrencyMixed,
  kTotalOverflow,
  kNoteTooLong,
  kTextNotUtf8,
  kTextHasNul,
  kFieldNotAllowed,
  kStockShort,
  kProductGone,
};

struct RuleInfo {
  Rule rule;
  const char* id;           // stable: clients branch on it
  ViolationKind kind;       //
  const char* field;        // where it is reported, for the documentation
  const char* description;  // a template of absl::Substitute
};

// Every rule, in the order of the enum.
absl::Span<const RuleInfo> Rules();

const RuleInfo& Describe(Rule rule);

// nullptr: there is no rule with this id.
const RuleInfo* FindRule(absl::string_view id);

// The violation of `rule` at `field`; `arguments` fill the description's $0, $1, …
template <class... Argument>
Violation Broken(Rule rule, std::string field, const Argument&... arguments) {
  const RuleInfo& info = Describe(rule);
  return {info.id, std::move(field), absl::Substitute(info.description, arguments...), info.kind};
}

}  // namespace ordermesh::domain
