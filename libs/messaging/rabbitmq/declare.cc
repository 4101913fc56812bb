// Exchanges, queues and bindings: declaring them, and looking whether they are as they should be.
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/connection_impl.h"

namespace ordermesh::rabbitmq {

absl::Status Connection::DeclareExchange(const std::string& name, const std::string& type) {
  return impl_->Rpc(absl::StrCat("exchange ", name), [&](amqp_connection_state_t connection) {
    amqp_exchange_declare(connection, kChannelNumber, Bytes(name), Bytes(type), /*passive=*/0, /*durable=*/1, 0, 0,
                          amqp_empty_table);
  });
}

absl::Status Connection::DeclareQueue(const QueueSpec& queue) {
  return impl_->Rpc(absl::StrCat("queue ", queue.name), [&](amqp_connection_state_t connection) {
    FieldTable arguments = ArgumentsOf(queue);
    amqp_queue_declare(connection, kChannelNumber, Bytes(queue.name), /*passive=*/0, /*durable=*/1, 0, 0,
                       arguments.get());
  });
}

absl::Status Connection::BindQueue(const std::string& queue, const std::string& exchange,
                                   const std::string& routing_key) {
  return impl_->Rpc(absl::StrCat("binding ", exchange, " to ", queue), [&](amqp_connection_state_t connection) {
    amqp_queue_bind(connection, kChannelNumber, Bytes(queue), Bytes(exchange), Bytes(routing_key), amqp_empty_table);
  });
}

absl::Status Connection::UnbindQueue(const std::string& queue, const std::string& exchange,
                                     const std::string& routing_key) {
  return impl_->Rpc(absl::StrCat("binding ", exchange, " to ", queue), [&](amqp_connection_state_t connection) {
    amqp_queue_unbind(connection, kChannelNumber, Bytes(queue), Bytes(exchange), Bytes(routing_key), amqp_empty_table);
  });
}

absl::Status Connection::CheckExchange(const std::string& name, const std::string& type) {
  return impl_->Rpc(absl::StrCat("exchange ", name), [&](amqp_connection_state_t connection) {
    amqp_exchange_declare(connection, kChannelNumber, Bytes(name), Bytes(type), /*passive=*/1, 1, 0, 0,
                          amqp_empty_table);
  });
}

absl::StatusOr<std::int64_t> Connection::CheckQueue(const std::string& name) {
  std::int64_t ready = 0;
  RETURN_IF_ERROR(impl_->Rpc(absl::StrCat("queue ", name), [&](amqp_connection_state_t connection) {
    const amqp_queue_declare_ok_t* ok =
        amqp_queue_declare(connection, kChannelNumber, Bytes(name), /*passive=*/1, 1, 0, 0, amqp_empty_table);
    if (ok != nullptr) ready = ok->message_count;
  }));
  return ready;
}

absl::Status Connection::AssertExchange(const std::string& name, const std::string& type) {
  RETURN_IF_ERROR(CheckExchange(name, type));
  absl::Status same = DeclareExchange(name, type);
  return absl::IsPermissionDenied(same) ? absl::OkStatus() : same;
}

absl::Status Connection::AssertQueue(const QueueSpec& queue) {
  RETURN_IF_ERROR(CheckQueue(queue.name).status());
  absl::Status same = DeclareQueue(queue);
  return absl::IsPermissionDenied(same) ? absl::OkStatus() : same;
}

}  // namespace ordermesh::rabbitmq
