// Which RabbitMQ, and whom to trust when it says that it is that.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace ordermesh::base {
class ConfigFields;
}

namespace ordermesh::rabbitmq {

// The settings amqp_url and amqp_ca_file of every program that has them, handed down to each connection.
struct Broker {
  std::string url = "amqp://guest:guest@127.0.0.1:5672/";  // amqp: or, over TLS, amqps://user:password@host:port/vhost
  std::string ca_file;  // PEM; empty: the system's. The name in the certificate is always verified.

  // `help` says what the broker is for.
  void Declare(base::ConfigFields& fields, absl::string_view help);
  // INVALID_ARGUMENT, naming the setting and without the password: they make no sense, or the file can't be read.
  absl::Status Check() const;
};

}  // namespace ordermesh::rabbitmq
