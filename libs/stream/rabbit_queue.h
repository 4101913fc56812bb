// A queue of RabbitMQ as a MessageQueue.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libs/messaging/rabbitmq/connection.h"
#include "libs/stream/message_queue.h"

namespace ordermesh::stream {

struct QueueBinding {
  std::string exchange, routing_key;
};

struct RabbitQueueOptions {
  rabbitmq::ConnectionOptions connection;
  std::string queue;
  // Looks whether what the consumer needs is declared as it should be, at each Open.
  std::function<absl::Status(rabbitmq::Connection&)> check;
  // The queue's own, asserted at each Open and Rebind: `mandatory` hides a binding that is gone when any other queue
  // takes the message.
  std::vector<QueueBinding> bindings = {};
};

class RabbitQueue : public MessageQueue {
 public:
  explicit RabbitQueue(RabbitQueueOptions options);

  absl::Status Open() override;
  absl::Status Consume(int prefetch) override;
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Pause() override;
  absl::Status Rebind() override;
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Receive(int max, absl::Duration timeout) override;
  absl::Status Ack(std::uint64_t tag, bool multiple) override;
  absl::Status Reject(std::uint64_t tag, bool requeue) override;
  absl::Status Tick() override;

 private:
  const RabbitQueueOptions options_;
  rabbitmq::Connection connection_;
};

}  // namespace ordermesh::stream
