#include "libs/domain/rules.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "libs/domain/email_address.h"
#include "libs/domain/text.h"

namespace ordermesh::domain {
namespace {

using Violations = std::vector<Violation>;

std::string LineField(std::size_t line, absl::string_view name) { return absl::StrCat("lines[", line, "].", name); }

// Whether `text` may be stored: PostgreSQL refuses U+0000, which UTF-8 allows.
bool CheckText(absl::string_view text, absl::string_view field, Violations& broken) {
  if (!CountCharacters(text).has_value()) {
    broken.push_back(Broken(Rule::kTextNotUtf8, std::string(field)));
    return false;
  }
  if (text.find('\0') != absl::string_view::npos) {
    broken.push_back(Broken(Rule::kTextHasNul, std::string(field)));
    return false;
  }
  return true;
}

const CatalogCustomer* CheckCustomer(const NewOrder& order, const CatalogView& catalog, Violations& broken) {
  constexpr char kField[] = "customer_id";
  if (order.customer_id.empty()) {
    broken.push_back(Broken(Rule::kCustomerRequired, kField));
    return nullptr;
  }
  if (!CheckText(order.customer_id, kField, broken)) return nullptr;
  const CatalogCustomer* customer = catalog.FindCustomer(order.customer_id);
  if (customer == nullptr) broken.push_back(Broken(Rule::kCustomerUnknown, kField));
  return customer;
}

// The address to notify: the order's own, else the customer's.
std::string CheckContact(const NewOrder& order, const CatalogCustomer* customer, Violations& broken) {
  constexpr char kField[] = "contact.email";
  const std::string& given = order.contact_email.has_value() ? *order.contact_email : std::string();
  if (given.empty()) {
    if (customer == nullptr) return {};  // refused already
    if (customer->email.empty()) {
      broken.push_back(Broken(Rule::kEmailRequired, kField));
    } else if (!IsEmailAddress(customer->email)) {
      broken.push_back(Broken(Rule::kCustomerEmailMalformed, kField));
    }
    return customer->email;
  }
  if (given.size() > kMaxEmailBytes) {
    broken.push_back(Broken(Rule::kEmailTooLong, kField, given.size()));
  } else if (CheckText(given, kField, broken) && !IsEmailAddress(given)) {
    broken.push_back(Broken(Rule::kEmailMalformed, kField));
  }
  return given;
}

// For each line, the first line before it with the same SKU.
std::vector<std::optional<std::size_t>> FindRepeats(absl::Span<const NewLine> lines) {
  std::vector<std::optional<std::size_t>> repeats(lines.size());
  constexpr std::size_t kFew = 12;  // below, comparing is cheaper than a table
  if (lines.size() <= kFew) {
    for (std::size_t i = 1; i < lines.size(); ++i) {
      for (std::size_t k = 0; k < i && !repeats[i].has_value(); ++k) {
        if (lines[i].sku == lines[k].sku) repeats[i] = k;
      }
    }
    return repeats;
  }
  absl::flat_hash_map<absl::string_view, std::size_t> first;
  first.reserve(lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto [at, added] = first.try_emplace(lines[i].sku, i);
    if (!added) repeats[i] = at->second;
  }
  return repeats;
}

const CatalogProduct* CheckSku(const NewLine& line, std::size_t i, std::optional<std::size_t> repeats,
                               const CatalogView& catalog, Violations& broken) {
  if (line.sku.empty()) {
    broken.push_back(Broken(Rule::kSkuRequired, LineField(i, "sku")));
    return nullptr;
  }
  if (repeats.has_value()) {  // what else is wrong with it was said of the first
    broken.push_back(Broken(Rule::kSkuDuplicate, LineField(i, "sku"), *repeats));
    return nullptr;
  }
  const CatalogProduct* product = catalog.FindProduct(line.sku);
  if (product == nullptr) {
    const std::size_t before = broken.size();
    CheckText(line.sku, LineField(i, "sku"), broken);
    if (broken.size() == before) broken.push_back(Broken(Rule::kProductUnknown, LineField(i, "sku")));
  } else if (!product->active) {
    broken.push_back(Broken(Rule::kProductNotForSale, LineField(i, "sku")));
  }
  return product;
}

void CheckLines(absl::Span<const NewLine> lines, const CatalogView& catalog, PricedOrder& priced, Violations& broken) {
  if (lines.empty()) broken.push_back(Broken(Rule::kLinesEmpty, "lines"));
  if (lines.size() > kMaxLines) {
    broken.push_back(Broken(Rule::kLinesTooMany, "lines", lines.size()));
    lines = lines.first(kMaxLines);
  }
  const std::vector<std::optional<std::size_t>> repeats = FindRepeats(lines);
  priced.lines.reserve(lines.size());
  bool overflow = false;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const NewLine& line = lines[i];
    const CatalogProduct* product = CheckSku(line, i, repeats[i], catalog, broken);
    const bool quantity_ok = line.quantity >= 1 && line.quantity <= kMaxQuantity;
    if (!quantity_ok) broken.push_back(Broken(Rule::kQuantityOutOfRange, LineField(i, "quantity")));
    if (product == nullptr) continue;

    if (priced.total.currency.empty()) priced.total.currency = product->price.currency;
    if (product->price.currency != priced.total.currency) {
      broken.push_back(
          Broken(Rule::kCurrencyMixed, LineField(i, "sku"), product->price.currency, priced.total.currency));
    } else if (quantity_ok) {
      std::int64_t amount = 0;
      overflow |= __builtin_mul_overflow(product->price.minor, line.quantity, &amount) ||
                  __builtin_add_overflow(priced.total.minor, amount, &priced.total.minor);
    }
    priced.lines.push_back(
        {product->id, product->sku, product->name, static_cast<std::int32_t>(line.quantity), product->price.minor});
  }
  if (overflow) broken.push_back(Broken(Rule::kTotalOverflow, "lines"));
}

void CheckNote(const std::string& note, Violations& broken) {
  constexpr char kField[] = "note";
  if (note.empty() || !CheckText(note, kField, broken)) return;
  if (note.size() <= kMaxNoteCharacters) return;
  const std::int64_t characters = *CountCharacters(note);
  if (characters > kMaxNoteCharacters) broken.push_back(Broken(Rule::kNoteTooLong, kField, characters));
}

}  // namespace

Verdict CheckOrder(const NewOrder& order, const CatalogView& catalog) {
  PricedOrder priced;
  Violations broken;
  const CatalogCustomer* customer = CheckCustomer(order, catalog, broken);
  priced.contact_email = CheckContact(order, customer, broken);
  CheckLines(order.lines, catalog, priced, broken);
  CheckNote(order.note, broken);
  for (const std::string& field : order.forbidden_fields) broken.push_back(Broken(Rule::kFieldNotAllowed, field));
  if (!broken.empty()) return broken;

  priced.customer_id = order.customer_id;
  priced.note = order.note;
  return priced;
}

}  // namespace ordermesh::domain
