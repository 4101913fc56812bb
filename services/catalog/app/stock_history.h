// The history of a product's stock: movements of two sources, told as one list, newest first.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "libs/api/page.h"
#include "libs/base/uuid.h"
#include "services/catalog/app/stock.h"

namespace ordermesh::catalog {

// Where a movement stands in it. A reservation stands where its order's id says that it was made (UUIDv7): in that
// order an index has the orders of a product. The order's time of the database is later by as long as it took to accept
// it, and differs by what the clocks differ.
struct HistoryPlace {
  static constexpr std::array<api::KeyKind, 3> kKinds = {api::KeyKind::kTime, api::KeyKind::kUuid,
                                                         api::KeyKind::kNumber};

  absl::Time time;
  base::Uuid id;          // of a reservation: the order's
  std::int64_t line = 0;  // of a reservation: the order's line, from 1; of anything else 0

  api::PageKeys keys() const;
  // Nothing of nothing. The position is one that was read as of kKinds.
  static std::optional<HistoryPlace> Of(const std::optional<api::PagePosition>& position);

  friend bool operator==(const HistoryPlace&, const HistoryPlace&) = default;
};

HistoryPlace PlaceOf(const Movement& movement);
// Whether `a` is told before `b`. At the same time, reservations come last.
bool Newer(const HistoryPlace& a, const HistoryPlace& b);

// What comes behind a place: of catalog.movements, what is less than (time, id); of the lines of orders, what is less
// than (order, line).
struct HistoryBounds {
  absl::Time time;
  base::Uuid id;
  base::Uuid order;
  std::int64_t line = 0;
};
// Of nothing: everything.
HistoryBounds Behind(const std::optional<HistoryPlace>& place);

}  // namespace ordermesh::catalog
