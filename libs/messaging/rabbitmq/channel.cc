#include "libs/messaging/rabbitmq/channel.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/tables.h"
#include "libs/messaging/rabbitmq/tls.h"

namespace ordermesh::rabbitmq {
namespace {

// RabbitMQ from 4.1 on cuts off who asks for less than 8192.
constexpr int kFrameMax = 131072;
// How long the kernel tries to get rid of what we sent to a peer that takes nothing, before it gives the connection up.
constexpr int kUnsentTimeoutMs = 30000;

absl::Status LibraryStatus(int error, absl::string_view what) {
  return absl::UnavailableError(absl::StrCat("rabbitmq: ", what, ": ", amqp_error_string2(error)));
}

absl::Status ReplyStatus(const amqp_rpc_reply_t& reply, absl::string_view what) {
  switch (reply.reply_type) {
    case AMQP_RESPONSE_NORMAL:
      return absl::OkStatus();
    case AMQP_RESPONSE_LIBRARY_EXCEPTION:
      return LibraryStatus(reply.library_error, what);
    case AMQP_RESPONSE_SERVER_EXCEPTION:
      if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto& close = *static_cast<const amqp_channel_close_t*>(reply.reply.decoded);
        return base::Annotate(CloseStatus(close.reply_code, View(close.reply_text)), absl::StrCat("rabbitmq: ", what));
      }
      if (reply.reply.id == AMQP_CONNECTION_CLOSE_METHOD) {
        const auto& close = *static_cast<const amqp_connection_close_t*>(reply.reply.decoded);
        return base::Annotate(CloseStatus(close.reply_code, View(close.reply_text)), absl::StrCat("rabbitmq: ", what));
      }
      return absl::UnavailableError(absl::StrCat("rabbitmq: ", what, ": method ", reply.reply.id));
    case AMQP_RESPONSE_NONE:
      break;
  }
  return absl::UnavailableError(absl::StrCat("rabbitmq: ", what, ": the broker closed the connection"));
}

absl::Status OpenPlain(amqp_connection_state_t connection, const Url& url, const timeval& timeout) {
  amqp_socket_t* socket = amqp_tcp_socket_new(connection);
  if (socket == nullptr) return absl::ResourceExhaustedError("rabbitmq: no memory");
  const int opened = amqp_socket_open_noblock(socket, url.host.c_str(), url.port, &timeout);
  return opened == AMQP_STATUS_OK ? absl::OkStatus() : LibraryStatus(opened, absl::StrCat(url.host, ":", url.port));
}

void SetSocketOptions(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &kUnsentTimeoutMs, sizeof kUnsentTimeoutMs);
}

absl::Status LogIn(amqp_connection_state_t connection, const ConnectionOptions& options, const Url& url) {
  FieldTable capabilities, properties;
  capabilities.Bool("connection.blocked", true).Bool("consumer_cancel_notify", true).Bool("basic.nack", true);
  capabilities.Bool("publisher_confirms", true);
  properties.Text("product", "ordermesh").Text("connection_name", options.name).Table("capabilities", capabilities);
  const amqp_table_t table = properties.get();
  const int heartbeat = static_cast<int>(std::max<std::int64_t>(1, absl::ToInt64Seconds(options.heartbeat)));
  return ReplyStatus(amqp_login_with_properties(connection, url.vhost.c_str(), 0, kFrameMax, heartbeat, &table,
                                                AMQP_SASL_METHOD_PLAIN, url.user.c_str(), url.password.c_str()),
                     "login");
}

}  // namespace

SteadyTime After(absl::Duration duration) {
  return std::chrono::steady_clock::now() + absl::ToChronoMicroseconds(std::min(duration, absl::Hours(24)));
}

absl::Status CloseStatus(int code, absl::string_view text) {
  const std::string message = absl::StrCat(text.empty() ? absl::string_view("closed") : text, " (", code, ")");
  switch (code) {
    case AMQP_ACCESS_REFUSED:
    case AMQP_NOT_ALLOWED:
      return absl::PermissionDeniedError(message);
    // A queue whose node is away is there all the same.
    case AMQP_NOT_FOUND:
      return absl::StrContains(text, "down or inaccessible") ? absl::UnavailableError(message)
                                                             : absl::NotFoundError(message);
    case AMQP_PRECONDITION_FAILED:
      return absl::FailedPreconditionError(message);
    default:
      return absl::UnavailableError(message);
  }
}

Channel::Channel(Handle connection, absl::Duration heartbeat)
    : connection_(std::move(connection)),
      socket_(amqp_get_sockfd(connection_.get())),
      beat_(std::max<std::int64_t>(10, absl::ToInt64Milliseconds(heartbeat / 4))) {}

absl::StatusOr<std::unique_ptr<Channel>> Channel::Open(const ConnectionOptions& options, const Url& url) {
  Handle connection(amqp_new_connection());
  if (connection == nullptr) return absl::ResourceExhaustedError("rabbitmq: no memory");
  const timeval connect_timeout = absl::ToTimeval(options.connect_timeout),
                rpc_timeout = absl::ToTimeval(options.rpc_timeout);
  amqp_set_handshake_timeout(connection.get(), &connect_timeout);
  amqp_set_rpc_timeout(connection.get(), &rpc_timeout);
  if (url.tls) {
    RETURN_IF_ERROR(OpenTls(connection.get(), url, options.broker.ca_file, options.connect_timeout));
  } else {
    RETURN_IF_ERROR(OpenPlain(connection.get(), url, connect_timeout));
  }
  SetSocketOptions(amqp_get_sockfd(connection.get()));
  RETURN_IF_ERROR(LogIn(connection.get(), options, url));
  amqp_channel_open(connection.get(), kChannelNumber);
  RETURN_IF_ERROR(ReplyStatus(amqp_get_rpc_reply(connection.get()), "channel.open"));
  return std::unique_ptr<Channel>(new Channel(std::move(connection), options.heartbeat));
}

int Channel::frame_max() const { return amqp_get_frame_max(connection_.get()); }

absl::StatusOr<bool> Channel::Next(amqp_frame_t& frame, SteadyTime until) {
  amqp_maybe_release_buffers(connection_.get());  // what the last frame held
  for (;;) {
    // The library's own waits round a millisecond down to nothing and spin: it only ever looks, and poll waits.
    timeval at_once{0, 0};
    const int result = amqp_simple_wait_frame_noblock(connection_.get(), &frame, &at_once);
    if (result == AMQP_STATUS_OK) return true;
    if (result != AMQP_STATUS_TIMEOUT) return LibraryStatus(result, "connection lost");
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd wait{socket_, POLLIN, 0};
    poll(&wait, 1, static_cast<int>(std::min(left, beat_).count()));
  }
}

absl::Status Channel::WaitWritable(SteadyTime until) {
  for (;;) {
    pollfd wait{socket_, POLLOUT, 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const int ready = poll(&wait, 1, static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, beat_.count())));
    if (ready > 0) return absl::OkStatus();
    if (ready < 0 && errno != EINTR) return absl::UnavailableError("rabbitmq: poll failed");
    if (left.count() <= 0) return absl::DeadlineExceededError("rabbitmq: the broker takes no more bytes");
  }
}

void Channel::Cork(bool on) {
  const int value = on ? 1 : 0;
  setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &value, sizeof value);
}

absl::Status Channel::Reply(absl::string_view what) const {
  return ReplyStatus(amqp_get_rpc_reply(connection_.get()), what);
}

absl::Status Channel::Sent(int result, absl::string_view what) {
  return result == AMQP_STATUS_OK ? absl::OkStatus() : LibraryStatus(result, what);
}

void Channel::SayGoodbye() {
  const timeval second{1, 0};
  amqp_set_rpc_timeout(connection_.get(), &second);
  amqp_connection_close(connection_.get(), AMQP_REPLY_SUCCESS);
}

}  // namespace ordermesh::rabbitmq
