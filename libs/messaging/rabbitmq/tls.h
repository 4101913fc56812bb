// TLS on rabbitmq-c's connections. For sources only, never for our headers' users.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/messaging/rabbitmq/library.h"
#include "libs/messaging/rabbitmq/url.h"

namespace ordermesh::rabbitmq {

// Connects to the URL's host over TLS, handshake included, within `timeout`. The certificate must be valid, signed by
// an authority in `ca_file` (empty: by one that the system trusts) and issued for that host, a name or an address.
//   kInvalidArgument  the file holds no certificate
//   kUnavailable      anything else; the message says what is wrong with the certificate
absl::Status OpenTls(amqp_connection_state_t connection, const Url& url, const std::string& ca_file,
                     absl::Duration timeout);

}  // namespace ordermesh::rabbitmq
