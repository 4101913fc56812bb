// A queue of RabbitMQ as a DeliverySource.
#pragma once

#include <string>

#include "libs/messaging/rabbitmq/connection.h"
#include "services/notifier/delivery_source.h"

namespace ordermesh::notifier {

struct RabbitSourceOptions {
  rabbitmq::ConnectionOptions connection;
  std::string queue;
  // The queue's binding to `exchange`, asserted by us: `mandatory` hides a binding that is gone when any other queue
  // takes the message. Empty: none of ours.
  std::string exchange, binding;
};

class RabbitSource : public DeliverySource {
 public:
  explicit RabbitSource(RabbitSourceOptions options);

  absl::Status Open() override;
  absl::Status Consume(int prefetch) override;
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Pause() override;
  absl::Status Rebind() override;
  absl::StatusOr<std::vector<rabbitmq::Delivery>> Receive(int max, absl::Duration timeout) override;
  absl::Status Ack(std::uint64_t tag, bool multiple) override;
  absl::Status Reject(std::uint64_t tag, bool requeue) override;
  absl::Status Tick() override;

 private:
  const RabbitSourceOptions options_;
  rabbitmq::Connection connection_;
};

}  // namespace ordermesh::notifier
