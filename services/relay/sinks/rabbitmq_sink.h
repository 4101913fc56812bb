// RabbitMQ as a sink: structured CloudEvents on the exchange of the orders.
#pragma once

#include "libs/messaging/rabbitmq/connection.h"
#include "services/relay/app/sink.h"

namespace ordermesh::relay {

class RabbitmqSink : public Sink {
 public:
  // `window`: how many messages may be unconfirmed at once.
  RabbitmqSink(rabbitmq::ConnectionOptions options, int window);

  Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) override;
  void Idle() override;

 private:
  rabbitmq::Connection connection_;
  const int window_;
};

}  // namespace ordermesh::relay
