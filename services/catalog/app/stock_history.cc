#include "services/catalog/app/stock_history.h"

#include <limits>
#include <tuple>
#include <variant>

#include "libs/base/uuid_time.h"

namespace ordermesh::catalog {
namespace {

// After every movement; proto timestamps reach no further.
const absl::Time kEnd = absl::FromUnixSeconds(253402300800);  // 10000-01-01

base::Uuid GreatestId() {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes;
  bytes.fill(0xff);
  return base::Uuid(bytes);
}

// The place of a reservation is its order's id: a token has no time that could contradict it.
HistoryPlace PlaceOfLine(const base::Uuid& order, std::int64_t line) { return {base::TimeOfId(order), order, line}; }

}  // namespace

api::PageKeys HistoryPlace::keys() const { return {line > 0 ? absl::UnixEpoch() : time, id, line}; }

std::optional<HistoryPlace> HistoryPlace::Of(const std::optional<api::PagePosition>& position) {
  if (!position.has_value()) return std::nullopt;
  const auto& id = std::get<base::Uuid>(position->keys[1]);
  const std::int64_t line = std::get<std::int64_t>(position->keys[2]);
  if (line > 0) return PlaceOfLine(id, line);
  return HistoryPlace{std::get<absl::Time>(position->keys[0]), id, 0};
}

HistoryPlace PlaceOf(const Movement& movement) {
  if (movement.kind == MovementKind::kReservation) return PlaceOfLine(movement.id, movement.line);
  return {movement.created_at, movement.id, 0};
}

bool Newer(const HistoryPlace& a, const HistoryPlace& b) {
  return std::tuple(a.time, a.line == 0, a.id, a.line) > std::tuple(b.time, b.line == 0, b.id, b.line);
}

HistoryBounds Behind(const std::optional<HistoryPlace>& place) {
  if (!place.has_value()) return {kEnd, base::Uuid(), GreatestId(), std::numeric_limits<std::int16_t>::max()};
  if (place->line > 0) return {place->time, base::Uuid(), place->id, place->line};
  // The orders of the same millisecond come behind a movement, unless that began before it.
  const absl::Time millisecond = absl::FromUnixMillis(absl::ToUnixMillis(place->time));
  return {place->time, place->id, base::FirstIdOf(millisecond + absl::Milliseconds(1)), 0};
}

}  // namespace ordermesh::catalog
