// What a broker would never take, known before it is sent: a broken message would cost the whole connection.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/messaging/rabbitmq/connection.h"

namespace ordermesh::rabbitmq {

// INVALID_ARGUMENT: a name is longer than AMQP can write, the properties don't fit into one frame, the body is too
// large.
absl::Status CheckFits(const Message& message, int frame_max, std::int64_t max_body_bytes);

// The limit that a broker names when it closes a channel over a message's size; 0 when `text` is about something else.
std::int64_t BrokerLimitIn(absl::string_view text);

}  // namespace ordermesh::rabbitmq
