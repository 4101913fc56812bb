// A connection to RabbitMQ with one channel, over rabbitmq-c. Belongs to one thread, heartbeats included.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/messaging/message.h"
#include "libs/messaging/rabbitmq/broker.h"
#include "libs/messaging/topology.h"

namespace ordermesh::rabbitmq {

struct ConnectionOptions {
  Broker broker;
  std::string name;                                   // connection_name, seen in the management tools
  absl::Duration connect_timeout = absl::Seconds(3);  // TLS included
  absl::Duration rpc_timeout = absl::Seconds(5);
  absl::Duration heartbeat = absl::Seconds(10);
  // A larger body is refused before it is sent, and taken for a broken peer when it comes. RabbitMQ 4's own limit; a
  // broker that tells of a lower one is believed.
  std::int64_t max_message_bytes = 16 << 20;
};

struct Message {
  std::string exchange;
  std::string routing_key;
  std::string message_id;
  std::string type;
  std::string content_type;
  messaging::Headers headers;
  std::string body;
};

struct Delivery {
  std::uint64_t tag = 0;
  bool redelivered = false;
  std::int64_t delivery_count = 0;  // x-delivery-count: failed deliveries before this one
  Message message;
};

// What became of a published message.
enum class Outcome {
  kConfirmed,
  kReturned,  // no queue took it; the broker's ack that follows a return does not count
  kUnknown,   // nacked, or not confirmed in time, or the connection was lost: publish it again
  kRefused,   // never will be taken: too large for the broker's frame or limit. It was not sent.
};

struct PublishReport {
  // OK: no outcome is kUnknown. kUnavailable: the connection was lost, the broker nacked or has blocked publishers;
  // kDeadlineExceeded: not all confirms came in time; kNotFound: there is no such exchange.
  absl::Status status;
  std::vector<Outcome> outcomes;  // one for each message
};

// Every call connects when it must; after kUnavailable the next call connects anew (the caller backs off), and consumes
// again what was consumed. Unacked deliveries of a lost connection come again on the next; their tags are worth
// nothing. Memory is bounded by the prefetch count and max_message_bytes, waits by the timeouts.
class Connection {
 public:
  explicit Connection(ConnectionOptions options);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  absl::Status Connect();
  void Close();
  bool connected() const;
  // The broker has blocked publishers (memory or disk alarm).
  bool blocked() const;

  // Publishes with mandatory, persistent and publisher confirms, up to `window` unconfirmed at once, and waits for all.
  PublishReport Publish(absl::Span<const Message> messages, int window, absl::Duration timeout);

  // Starts to consume with this prefetch count.
  absl::Status Consume(const std::string& queue, int prefetch);
  // Ends the consumer, not the channel: deliveries stay to be settled. Gives those that had come and were not received.
  absl::StatusOr<std::vector<Delivery>> StopConsuming();
  // Deliveries: what is there at once up to `max`, waiting up to `timeout` for the first. Serves heartbeats meanwhile.
  // kNotFound: the queue was deleted. kFailedPrecondition: nothing is consumed.
  absl::StatusOr<std::vector<Delivery>> Receive(int max, absl::Duration timeout);
  // kUnavailable: the delivery's connection was lost, and it will come again.
  absl::Status Ack(std::uint64_t tag, bool multiple);
  // Counted by x-delivery-limit when requeued; dead-lettered otherwise.
  absl::Status Reject(std::uint64_t tag, bool requeue);

  // Topology. Declaring what exists with other arguments is FAILED_PRECONDITION, with the broker's text, which names
  // the difference. NOT_FOUND: a passive look at what does not exist.
  absl::Status DeclareExchange(const std::string& name, const std::string& type);
  absl::Status DeclareQueue(const QueueSpec& queue);
  absl::Status BindQueue(const std::string& queue, const std::string& exchange, const std::string& routing_key);
  absl::Status CheckExchange(const std::string& name, const std::string& type);
  // Messages ready in the queue.
  absl::StatusOr<std::int64_t> CheckQueue(const std::string& name);
  // The same, and their type or arguments are these (AMQP's passive look compares the name only, so what exists is
  // declared once more, which changes nothing). Who may not declare only learns that it exists.
  absl::Status AssertExchange(const std::string& name, const std::string& type);
  absl::Status AssertQueue(const QueueSpec& queue);
  // Removes the binding; nothing to do when there is none.
  absl::Status UnbindQueue(const std::string& queue, const std::string& exchange, const std::string& routing_key);

  // Serves heartbeats; call it at least every heartbeat/2 while nothing else is called.
  absl::Status Tick();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ordermesh::rabbitmq
