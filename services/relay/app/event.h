// A row of the outbox, and where it stands.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "libs/base/uuid.h"

namespace ordermesh::relay {

// The outbox's order: by transaction, then by row. The default is before everything.
struct Position {
  std::uint64_t xid = 0;
  std::int64_t position = 0;
  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Event {
  Position at;
  base::Uuid id;
  std::string subject;  // what it is about: its aggregate's id
  std::string type;
  std::string payload;
  std::string headers;  // JSON
  absl::Time created_at;
};

}  // namespace ordermesh::relay
