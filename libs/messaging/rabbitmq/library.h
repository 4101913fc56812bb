// rabbitmq-c, wherever it stands: since 0.12 its headers are in rabbitmq-c/. For sources only, never for our headers'
// users.
#pragma once

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

#include <string>

#include "absl/strings/string_view.h"

namespace ordermesh::rabbitmq {

// A view for the library; `text` must outlive the call that it is given to.
inline amqp_bytes_t Bytes(absl::string_view text) {
  amqp_bytes_t bytes;
  bytes.len = text.size();
  bytes.bytes = const_cast<char*>(text.data());
  return bytes;
}

// A view of what the library decoded; valid until it recycles the frame's memory.
inline absl::string_view View(const amqp_bytes_t& bytes) {
  return bytes.len == 0 ? absl::string_view() : absl::string_view(static_cast<const char*>(bytes.bytes), bytes.len);
}

}  // namespace ordermesh::rabbitmq
