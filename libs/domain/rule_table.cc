#include "libs/domain/rule_table.h"

#include <array>
#include <cstddef>

namespace ordermesh::domain {
namespace {

constexpr ViolationKind kField = ViolationKind::kField;
constexpr ViolationKind kState = ViolationKind::kState;

// Descriptions are short on purpose: the violations of an order travel in a gRPC trailer, and clients limit its size.
constexpr std::array kRules = {
    RuleInfo{Rule::kCustomerRequired, "CUSTOMER_REQUIRED", kField, "customer_id", "is required"},
    RuleInfo{Rule::kCustomerUnknown, "CUSTOMER_UNKNOWN", kField, "customer_id", "no such customer"},
    RuleInfo{Rule::kEmailMalformed, "CONTACT_EMAIL_MALFORMED", kField, "contact.email", "is not an e-mail address"},
    RuleInfo{Rule::kEmailTooLong, "CONTACT_EMAIL_TOO_LONG", kField, "contact.email", "$0 bytes, at most 254"},
    RuleInfo{Rule::kEmailRequired, "EMAIL_REQUIRED", kField, "contact.email",
             "is required: the customer has no e-mail address"},
    RuleInfo{Rule::kCustomerEmailMalformed, "CUSTOMER_EMAIL_MALFORMED", kField, "contact.email",
             "is required: what the customer has is not an e-mail address"},
    RuleInfo{Rule::kLinesEmpty, "LINES_EMPTY", kField, "lines", "at least one line is required"},
    RuleInfo{Rule::kLinesTooMany, "LINES_TOO_MANY", kField, "lines", "$0 lines, at most 100"},
    RuleInfo{Rule::kSkuRequired, "SKU_REQUIRED", kField, "lines[i].sku", "is required"},
    RuleInfo{Rule::kSkuDuplicate, "SKU_DUPLICATE", kField, "lines[i].sku", "the same as lines[$0].sku"},
    RuleInfo{Rule::kQuantityOutOfRange, "QUANTITY_OUT_OF_RANGE", kField, "lines[i].quantity", "must be 1 to 999"},
    RuleInfo{Rule::kProductUnknown, "PRODUCT_UNKNOWN", kState, "lines[i].sku", "no such product"},
    RuleInfo{Rule::kProductNotForSale, "PRODUCT_NOT_FOR_SALE", kState, "lines[i].sku", "is not for sale"},
    RuleInfo{Rule::kCurrencyMixed, "CURRENCY_MIXED", kState, "lines[i].sku", "sold in $0, other lines in $1"},
    RuleInfo{Rule::kTotalOverflow, "TOTAL_OVERFLOW", kField, "lines", "the total is too large"},
    RuleInfo{Rule::kNoteTooLong, "NOTE_TOO_LONG", kField, "note", "$0 characters, at most 2000"},
    RuleInfo{Rule::kTextNotUtf8, "TEXT_NOT_UTF8", kField, "any text", "is not valid UTF-8"},
    RuleInfo{Rule::kTextHasNul, "TEXT_HAS_NUL", kField, "any text", "contains U+0000"},
    RuleInfo{Rule::kFieldNotAllowed, "FIELD_NOT_ALLOWED", kField, "what only the server sets", "is set by the server"},
    RuleInfo{Rule::kStockShort, "STOCK_SHORT", kState, "lines[i].quantity", "$0 requested, $1 available"},
    RuleInfo{Rule::kProductGone, "PRODUCT_GONE", kState, "lines[i].sku", "is no longer in the catalogue"},
};

constexpr bool InEnumOrder() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i].rule != static_cast<Rule>(i)) return false;
  }
  return kRules.size() == static_cast<std::size_t>(Rule::kProductGone) + 1;
}
static_assert(InEnumOrder());

}  // namespace

absl::Span<const RuleInfo> Rules() { return kRules; }

const RuleInfo& Describe(Rule rule) { return kRules[static_cast<std::size_t>(rule)]; }

const RuleInfo* FindRule(absl::string_view id) {
  for (const RuleInfo& info : kRules) {
    if (id == info.id) return &info;
  }
  return nullptr;
}

}  // namespace ordermesh::domain
