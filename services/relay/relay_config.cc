#include "services/relay/relay_config.h"

namespace ordermesh::relay {

void RelayConfig::Declare(base::ConfigFields& fields) {
  fields
      .Text("database_url", database_url,
            "the database, as a libpq URL; a direct connection, since a pooler would lose the lock")
      .Secret();
  rabbitmq.Declare(fields, "RabbitMQ, amqp://user:password@host:port/vhost, or amqps: over TLS");
  kafka.Declare(fields, "Kafka's brokers, host:port,host:port");
  registry.Declare(fields);
  fields.Integer("batch_size", batch_size, "events read, published and confirmed together, for each sink")
      .AtLeast(1)
      .AtMost(10'000);
  fields
      .Milliseconds("read_pause_ms", read_pause,
                    "the least time between two reads of the outbox, so that a trickle makes bursts; none in a backlog")
      .AtLeast(1)
      .AtMost(10'000);
  fields.Milliseconds("idle_read_pause_ms", idle_read_pause, "the same, while nothing comes").AtLeast(1).AtMost(10'000);
  fields.Integer("publish_window", publish_window, "messages that RabbitMQ may have unconfirmed at once")
      .AtLeast(1)
      .AtMost(10'000);
  fields
      .Milliseconds("publish_timeout_ms", publish_timeout, "what a broker has not confirmed by then is published again")
      .AtLeast(100)
      .AtMost(600'000);
  fields
      .Milliseconds("kafka_linger_ms", kafka_linger,
                    "how long Kafka's producer gathers a request while a batch is sent")
      .AtLeast(0)
      .AtMost(1000);
  fields.Milliseconds("lock_poll_ms", lock_poll, "how often a standby asks for a sink's lock")
      .AtLeast(10)
      .AtMost(60'000);
  fields
      .Milliseconds("lock_timeout_ms", lock_timeout,
                    "a relay of which the database hears nothing for so long loses its locks to a standby")
      .AtLeast(5000)
      .AtMost(600'000);
  fields
      .Seconds("outbox_retention_s", outbox_retention,
               "how long an event stays in the outbox after it was written, when every sink has had it")
      .AtLeast(0);
}

}  // namespace ordermesh::relay
