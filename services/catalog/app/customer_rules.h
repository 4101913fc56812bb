// The rules of a customer, as pure functions of what is sent.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/catalog/app/catalog_rules.h"
#include "services/catalog/app/customer.h"

namespace ordermesh::catalog {

// What a request sets of a customer; what it doesn't set stays as it is.
struct CustomerFields {
  std::optional<std::string> name, email;
  std::optional<bool> active, order_updates;
};

// Everything that a client can change of it.
CustomerFields FieldsOf(const CustomerContent& content);
void SetFields(const CustomerFields& fields, CustomerContent& content);

// Each adds every rule that is broken, in the order of the fields. The id is that of a new customer, chosen by a
// client.
void CheckCustomerId(absl::string_view id, Violations& broken);
void CheckFields(const CustomerFields& fields, Violations& broken);

}  // namespace ordermesh::catalog
