// Events for tests.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "libs/domain/order.h"
#include "libs/testing/fake_random.h"
#include "services/notifier/app/notification.h"

namespace ordermesh::notifier {

inline constexpr char kAccepted[] = "ordermesh.order.accepted.v1";
inline constexpr char kCancelled[] = "ordermesh.order.cancelled.v1";

// The event of version `version` of order number `order`; equal arguments make equal events.
inline Event AnEvent(std::uint32_t order, std::int64_t version = 1) {
  return {.id = testing::FakeIds::Number(order * 100 + static_cast<std::uint32_t>(version)),
          .type = version == 1 ? kAccepted : kCancelled,
          .order_id = testing::FakeIds::Number(1'000'000 + order),
          .order_version = version,
          .payload = "the event's data",
          .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"};
}

// The same as it comes from the queue.
std::string EventBody(std::uint32_t order, std::int64_t version = 1);
// As EventBody, of a move to `state`.
std::string EventBodyOf(domain::OrderState state, std::uint32_t order, std::int64_t version);

}  // namespace ordermesh::notifier
