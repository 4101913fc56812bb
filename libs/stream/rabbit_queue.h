// A queue of RabbitMQ as a MessageQueue.
#pragma once

#include <string>
#include <vector>

#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/topology.h"
#include "libs/stream/message_queue.h"

namespace ordermesh::stream {

struct RabbitQueueOptions {
  rabbitmq::ConnectionOptions connection;
  std::string queue;
  // Looked at at each Open: what the consumer needs, which is declared by others.
  rabbitmq::Topology topology;
  // Ours to assert, at each Open and Rebind: `mandatory` hides a binding that is gone when any other queue takes the
  // message.
  std::vector<rabbitmq::Binding> bindings;
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
