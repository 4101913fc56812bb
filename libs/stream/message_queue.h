// A queue of messages, as its consumer sees it.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/messaging/rabbitmq/connection.h"

namespace ordermesh::stream {

// Belongs to one thread. kUnavailable from any method: the connection was lost, with every delivery not yet settled;
// they will come again after the next Open.
class MessageQueue {
 public:
  virtual ~MessageQueue() = default;

  // Connects, checks what is declared and binds what is ours to bind. Also the way back after an error.
  // kFailedPrecondition, kNotFound: the topology is not what it should be; the message names the difference.
  virtual absl::Status Open() = 0;
  // Asks for deliveries, with up to `prefetch` of them unsettled. After Open or Pause.
  virtual absl::Status Consume(int prefetch) = 0;
  // Asks for no more. Gives what had come and was not received; that, like what was received before, is still to be
  // settled.
  virtual absl::StatusOr<std::vector<rabbitmq::Delivery>> Pause() = 0;
  // Binds anew what is ours to bind; nothing changes where nothing was lost.
  virtual absl::Status Rebind() = 0;
  // Up to `max`, waiting up to `timeout` for the first.
  virtual absl::StatusOr<std::vector<rabbitmq::Delivery>> Receive(int max, absl::Duration timeout) = 0;
  virtual absl::Status Ack(std::uint64_t tag, bool multiple) = 0;
  // Counted by the queue when requeued, dead-lettered otherwise.
  virtual absl::Status Reject(std::uint64_t tag, bool requeue) = 0;
  // Serves the connection while nothing is received.
  virtual absl::Status Tick() = 0;
};

}  // namespace ordermesh::stream
