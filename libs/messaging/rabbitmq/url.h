// Where a broker is and who we are there.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace ordermesh::rabbitmq {

struct Url {
  bool tls = false;
  std::string host;
  int port = 5672;
  std::string user = "guest";
  std::string password = "guest";
  std::string vhost = "/";
};

// Reads amqp://user:password@host:port/vhost, or amqps: for TLS, whose port is 5671 unless told; all but the host may
// be missing, percent-encoding is undone, an IPv6 address stands in brackets. A path of "/" alone names the default
// vhost, as brokers' own URLs do. INVALID_ARGUMENT otherwise; the message never holds the password.
absl::StatusOr<Url> ParseUrl(absl::string_view text);

}  // namespace ordermesh::rabbitmq
