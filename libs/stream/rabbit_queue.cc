#include "libs/stream/rabbit_queue.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/topology.h"

namespace ordermesh::stream {

RabbitQueue::RabbitQueue(RabbitQueueOptions options) : options_(std::move(options)), connection_(options_.connection) {}

absl::Status RabbitQueue::Open() {
  connection_.Close();  // Deliveries of a session that failed half-way come again on the new one.
  RETURN_IF_ERROR(connection_.Connect());
  RETURN_IF_ERROR(rabbitmq::CheckTopology(connection_, options_.topology));
  return Rebind();
}

absl::Status RabbitQueue::Consume(int prefetch) { return connection_.Consume(options_.queue, prefetch); }

absl::StatusOr<std::vector<rabbitmq::Delivery>> RabbitQueue::Pause() { return connection_.StopConsuming(); }

absl::Status RabbitQueue::Rebind() {
  for (const rabbitmq::Binding& binding : options_.bindings) {
    RETURN_IF_ERROR(connection_.BindQueue(binding.queue, binding.exchange, binding.routing_key));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<rabbitmq::Delivery>> RabbitQueue::Receive(int max, absl::Duration timeout) {
  return connection_.Receive(max, timeout);
}

absl::Status RabbitQueue::Ack(std::uint64_t tag, bool multiple) { return connection_.Ack(tag, multiple); }

absl::Status RabbitQueue::Reject(std::uint64_t tag, bool requeue) { return connection_.Reject(tag, requeue); }

absl::Status RabbitQueue::Tick() { return connection_.Tick(); }

}  // namespace ordermesh::stream
