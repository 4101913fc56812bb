// Builders of events for tests.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/uuid.h"
#include "services/analytics/app/sale_event.h"

namespace ordermesh::analytics {

// A UUID whose last bytes hold `number` and whose version nibble is 7: the same for the same number, rising with it.
inline base::Uuid NumberedUuid(std::uint8_t family, std::uint64_t number) {
  std::array<std::uint8_t, base::Uuid::kBytes> bytes{};
  bytes[0] = 1;
  bytes[6] = 0x70;
  bytes[7] = family;
  for (int i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return base::Uuid(bytes);
}
inline base::Uuid ProductNumber(std::uint64_t number) { return NumberedUuid(1, number); }
inline base::Uuid EventNumber(std::uint64_t number) { return NumberedUuid(2, number); }

// An id that no other event of this program has.
inline base::Uuid NewEventId() {
  static std::uint64_t last = 1'000'000;
  return EventNumber(++last);
}

// An accepted order of `quantity` pieces of product `product`, at 250 cents each.
inline SaleEvent AnAcceptedOrder(std::uint64_t product = 1, std::int64_t quantity = 2,
                                 absl::Time accept_time = absl::FromUnixSeconds(1772373600)) {
  return {NewEventId(),
          SaleEvent::Kind::kAccepted,
          accept_time,
          "EUR",
          {{ProductNumber(product), "SKU-" + std::to_string(product), quantity, 250}}};
}

// One whose sum does not fit, so that it is refused for good.
inline SaleEvent AnUncountableOrder() {
  SaleEvent order = AnAcceptedOrder(1, 2);
  order.lines[0].unit_price_minor = std::numeric_limits<std::int64_t>::max() / 2 + 1;
  return order;
}

// What became of an accepted order.
inline SaleEvent MoveOf(SaleEvent accepted, SaleEvent::Kind kind) {
  accepted.event_id = NewEventId();
  accepted.kind = kind;
  return accepted;
}
inline SaleEvent CancellationOf(SaleEvent accepted) { return MoveOf(std::move(accepted), SaleEvent::Kind::kCancelled); }
inline SaleEvent PaymentOf(SaleEvent accepted) { return MoveOf(std::move(accepted), SaleEvent::Kind::kPaid); }
inline SaleEvent ShipmentOf(SaleEvent accepted) { return MoveOf(std::move(accepted), SaleEvent::Kind::kShipped); }

}  // namespace ordermesh::analytics
