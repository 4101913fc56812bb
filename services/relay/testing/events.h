// Events for tests.
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/testing/fake_random.h"
#include "services/relay/app/event.h"

namespace ordermesh::relay {

// Event `number` of order `order`, at transaction `number`.
inline Event AnEvent(std::uint32_t number, std::uint32_t order) {
  Event event;
  event.at = {number, static_cast<std::int64_t>(number)};
  event.id = testing::FakeIds::Number(number);
  event.subject = testing::FakeIds::Number(1'000'000 + order).ToString();
  event.type = "ordermesh.order.accepted.v1";
  event.payload = absl::StrCat("payload ", number);
  event.headers = R"({"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})";
  event.created_at = absl::FromUnixSeconds(1'700'000'000);
  return event;
}

}  // namespace ordermesh::relay
