#include "services/notifier/rabbit_source.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/topology.h"

namespace ordermesh::notifier {

RabbitSource::RabbitSource(RabbitSourceOptions options)
    : options_(std::move(options)), connection_(options_.connection) {}

absl::Status RabbitSource::Open() {
  connection_.Close();  // Deliveries of a session that failed half-way come again on the new one.
  RETURN_IF_ERROR(connection_.Connect());
  RETURN_IF_ERROR(rabbitmq::CheckTopology(connection_));
  return Rebind();
}

absl::Status RabbitSource::Consume(int prefetch) { return connection_.Consume(options_.queue, prefetch); }

absl::StatusOr<std::vector<rabbitmq::Delivery>> RabbitSource::Pause() { return connection_.StopConsuming(); }

absl::Status RabbitSource::Rebind() {
  if (options_.binding.empty()) return absl::OkStatus();
  return connection_.BindQueue(options_.queue, options_.exchange, options_.binding);
}

absl::StatusOr<std::vector<rabbitmq::Delivery>> RabbitSource::Receive(int max, absl::Duration timeout) {
  return connection_.Receive(max, timeout);
}

absl::Status RabbitSource::Ack(std::uint64_t tag, bool multiple) { return connection_.Ack(tag, multiple); }

absl::Status RabbitSource::Reject(std::uint64_t tag, bool requeue) { return connection_.Reject(tag, requeue); }

absl::Status RabbitSource::Tick() { return connection_.Tick(); }

}  // namespace ordermesh::notifier
