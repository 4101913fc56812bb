// RabbitMQ as a sink: structured CloudEvents on the feed's exchange, the type as routing key.
#pragma once

#include "libs/messaging/rabbitmq/connection.h"
#include "services/relay/app/sink.h"
#include "services/relay/feed.h"

namespace ordermesh::relay {

class RabbitmqSink : public Sink {
 public:
  // Of `feed`, which goes to RabbitMQ. `window`: how many messages may be unconfirmed at once.
  RabbitmqSink(rabbitmq::ConnectionOptions options, int window, Feed feed);

  Report Publish(absl::Span<const Event* const> events, absl::Duration timeout) override;
  void Idle() override;

 private:
  const Feed feed_;
  rabbitmq::Connection connection_;
  const int window_;
};

}  // namespace ordermesh::relay
