// A customer, as the catalogue keeps one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/time/time.h"

namespace ordermesh::catalog {

// What a client sets.
struct CustomerContent {
  std::string name;
  std::string email;          // may be empty
  bool active = true;         // may order, unless deleted
  bool order_updates = true;  // wants mails when an order was paid, shipped and delivered

  friend bool operator==(const CustomerContent&, const CustomerContent&) = default;
};

struct Customer {
  std::string id;
  CustomerContent content;  // of a deleted one: erased
  std::int64_t version = 1;
  absl::Time created_at, updated_at;  // by the database's clock
  std::optional<absl::Time> deleted_at;

  friend bool operator==(const Customer&, const Customer&) = default;
};

}  // namespace ordermesh::catalog
