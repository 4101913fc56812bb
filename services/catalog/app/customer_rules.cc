#include "services/catalog/app/customer_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "libs/domain/email_address.h"
#include "libs/domain/limits.h"

namespace ordermesh::catalog {
namespace {

bool IsAlphanumeric(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }

bool MayBeInId(char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; }

void CheckEmail(absl::string_view email, Violations& broken) {
  constexpr char kField[] = "email";
  if (email.empty()) return;
  if (email.size() > domain::kMaxEmailBytes) {
    broken.push_back(Broken(CatalogRule::kEmailTooLong, kField, email.size()));
  } else if (!domain::IsEmailAddress(email)) {
    broken.push_back(Broken(CatalogRule::kEmailMalformed, kField));
  }
}

}  // namespace

CustomerFields FieldsOf(const CustomerContent& content) {
  return {content.name, content.email, content.active, content.order_updates};
}

void SetFields(const CustomerFields& fields, CustomerContent& content) {
  content.name = fields.name.value_or(content.name);
  content.email = fields.email.value_or(content.email);
  content.active = fields.active.value_or(content.active);
  content.order_updates = fields.order_updates.value_or(content.order_updates);
}

void CheckCustomerId(absl::string_view id, Violations& broken) {
  // One that is all dots would be no segment of a URL's path.
  const bool well_formed = !id.empty() && id.size() <= domain::kMaxCustomerIdBytes && IsAlphanumeric(id.front()) &&
                           std::all_of(id.begin(), id.end(), MayBeInId);
  if (!well_formed) broken.push_back(Broken(CatalogRule::kCustomerIdMalformed, "id"));
}

void CheckFields(const CustomerFields& fields, Violations& broken) {
  if (fields.name.has_value()) {
    CheckText(*fields.name, "name", {.most = domain::kMaxCustomerNameCharacters, .required = true}, broken);
  }
  if (fields.email.has_value()) CheckEmail(*fields.email, broken);
}

}  // namespace ordermesh::catalog
