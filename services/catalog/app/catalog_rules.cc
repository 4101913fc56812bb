#include "services/catalog/app/catalog_rules.h"

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/domain/text.h"

namespace ordermesh::catalog {
namespace {

constexpr std::array kRules = {
    CatalogRuleInfo{CatalogRule::kFieldRequired, "FIELD_REQUIRED", "any required field", "is required"},
    CatalogRuleInfo{CatalogRule::kTextNotUtf8, "TEXT_NOT_UTF8", "any text", "is not valid UTF-8"},
    CatalogRuleInfo{CatalogRule::kTextHasControl, "TEXT_HAS_CONTROL", "any text", "contains a control character"},
    CatalogRuleInfo{CatalogRule::kTextTooLong, "TEXT_TOO_LONG", "any text", "$0 characters, at most $1"},
    CatalogRuleInfo{CatalogRule::kSkuTooLong, "SKU_TOO_LONG", "product: sku", "$0 bytes, at most 64"},
    CatalogRuleInfo{CatalogRule::kSkuHasBlanks, "SKU_HAS_BLANKS", "product: sku", "begins or ends with a blank"},
    CatalogRuleInfo{CatalogRule::kSkuImmutable, "SKU_IMMUTABLE", "product: sku",
                    "is another than the product has, and can't be changed"},
    CatalogRuleInfo{CatalogRule::kCurrencyUnknown, "CURRENCY_UNKNOWN", "product: price.currency_code",
                    "is not a currency of ISO 4217"},
    CatalogRuleInfo{CatalogRule::kPriceMalformed, "PRICE_MALFORMED", "product: price",
                    "has more decimals than its currency, two signs, or too many digits"},
    CatalogRuleInfo{CatalogRule::kPriceNegative, "PRICE_NEGATIVE", "product: price", "is negative"},
    CatalogRuleInfo{CatalogRule::kAttributesTooMany, "ATTRIBUTES_TOO_MANY", "product: attributes",
                    "$0 entries, at most 100"},
    CatalogRuleInfo{CatalogRule::kAttributesTooLarge, "ATTRIBUTES_TOO_LARGE", "product: attributes",
                    "$0 bytes as JSON, at most 16384"},
    CatalogRuleInfo{CatalogRule::kAttributeKeyMalformed, "ATTRIBUTE_KEY_MALFORMED", "product: attributes",
                    "a key must have 1 to 100 characters, without control characters"},
    CatalogRuleInfo{CatalogRule::kCustomerIdMalformed, "CUSTOMER_ID_MALFORMED", "customer: id",
                    "must be 1 to 64 letters A to Z and a to z, digits, -, _ and ., a letter or digit first"},
    CatalogRuleInfo{CatalogRule::kEmailMalformed, "EMAIL_MALFORMED", "customer: email", "is not an e-mail address"},
    CatalogRuleInfo{CatalogRule::kEmailTooLong, "EMAIL_TOO_LONG", "customer: email", "$0 bytes, at most 254"},
    CatalogRuleInfo{CatalogRule::kStockChangeRequired, "STOCK_CHANGE_REQUIRED", "adjustment: delta",
                    "one of delta and available_count is required"},
    CatalogRuleInfo{CatalogRule::kStockDeltaOutOfRange, "STOCK_DELTA_OUT_OF_RANGE", "adjustment: delta",
                    "must be -1000000000 to 1000000000, and not 0"},
    CatalogRuleInfo{CatalogRule::kStockCountOutOfRange, "STOCK_COUNT_OUT_OF_RANGE", "adjustment: available_count",
                    "must be 0 to 1000000000"},
};

constexpr bool InEnumOrder() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (kRules[i].rule != static_cast<CatalogRule>(i)) return false;
  }
  return true;
}
static_assert(InEnumOrder());

}  // namespace

absl::Span<const CatalogRuleInfo> CatalogRules() { return kRules; }

const CatalogRuleInfo& Describe(CatalogRule rule) { return kRules[static_cast<std::size_t>(rule)]; }

void CheckText(absl::string_view text, absl::string_view field, const TextLimits& limits, Violations& broken) {
  const std::optional<std::int64_t> characters = domain::CountCharacters(text);
  if (!characters.has_value()) {
    broken.push_back(Broken(CatalogRule::kTextNotUtf8, field));
  } else if (limits.required && text.empty()) {
    broken.push_back(Broken(CatalogRule::kFieldRequired, field));
  } else if (domain::HasControlCharacters(text, limits.lines ? "\t\n\r" : "")) {
    broken.push_back(Broken(CatalogRule::kTextHasControl, field));
  } else if (*characters > limits.most) {
    broken.push_back(Broken(CatalogRule::kTextTooLong, field, *characters, limits.most));
  }
}

absl::Status RefuseBroken(const char* reason, absl::string_view what, Violations broken) {
  if (broken.empty()) return absl::OkStatus();
  domain::Refusal refusal{.code = absl::StatusCode::kInvalidArgument, .reason = reason};
  refusal.message = broken.size() == 1
                        ? absl::StrCat(what, " was refused: ", broken[0].field, ": ", broken[0].description)
                        : absl::StrCat(what, " was refused: it breaks ", broken.size(), " rules");
  refusal.violations = std::move(broken);
  return domain::ToStatus(refusal);
}

}  // namespace ordermesh::catalog
