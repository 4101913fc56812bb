#include "tools/bench/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace ordermesh::bench {
namespace {

constexpr int kWindow = 1 << 30;  // The answers are small, and we read them all.

absl::StatusOr<int> ConnectTo(const std::string& target) {
  const std::size_t colon = target.rfind(':');
  if (colon == std::string::npos) return absl::InvalidArgumentError(absl::StrCat(target, ": not HOST:PORT"));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(target.substr(0, colon).c_str(), target.substr(colon + 1).c_str(), &hints, &found);
  if (error != 0) return absl::UnavailableError(absl::StrCat(target, ": ", gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, freeaddrinfo);
  const int fd = ::socket(found->ai_family, found->ai_socktype | SOCK_CLOEXEC, found->ai_protocol);
  if (fd < 0) return absl::UnavailableError(absl::StrCat("socket: ", std::strerror(errno)));
  if (::connect(fd, found->ai_addr, found->ai_addrlen) != 0) {
    const int reason = errno;
    ::close(fd);
    return absl::UnavailableError(absl::StrCat(target, ": ", std::strerror(reason)));
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

nghttp2_nv Header(const char* name, const std::string& value) {
  // The library may not keep what is not ours to keep, but for the length of the submission everything here stands
  // still.
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name)),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), std::strlen(name), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

constexpr int kUnknown = 2, kUnavailable = 14;

// The gRPC status code for what the edge answers.
int CodeOfHttp(int status) {
  switch (status) {
    case 200:
      return 0;
    case 400:
      return 3;
    case 429:
      return 8;
    case 503:
      return kUnavailable;
    case 504:
      return 4;
    default:
      return kUnknown;
  }
}

absl::Status Failed(const char* what, int error) {
  return absl::InternalError(absl::StrCat("http/2: ", what, ": ", nghttp2_strerror(error)));
}

}  // namespace

struct Connection::Callbacks {
  static ssize_t ReadMessage(nghttp2_session*, std::int32_t, std::uint8_t* buffer, std::size_t length,
                             std::uint32_t* flags, nghttp2_data_source* source, void*) {
    Stream& stream = *static_cast<Stream*>(source->ptr);
    const std::string& body = stream.request.body;
    const std::size_t count = std::min(length, body.size() - stream.read);
    std::memcpy(buffer, body.data() + stream.read, count);
    stream.read += count;
    if (stream.read == body.size()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }
  static int FrameSent(nghttp2_session*, const nghttp2_frame* frame, void* self) {
    Connection& connection = *static_cast<Connection*>(self);
    if (frame->hd.type != NGHTTP2_DATA || (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    if (auto at = connection.streams_.find(frame->hd.stream_id); at != connection.streams_.end()) {
      connection.events_.sent(at->second->call);
    }
    return 0;
  }
  static int HeaderCame(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_length,
                        const std::uint8_t* value, std::size_t value_length, std::uint8_t, void* self) {
    Connection& connection = *static_cast<Connection*>(self);
    const bool http = connection.protocol_ == Protocol::kHttp;
    if (absl::string_view(reinterpret_cast<const char*>(name), name_length) != (http ? ":status" : "grpc-status")) {
      return 0;
    }
    if (auto at = connection.streams_.find(frame->hd.stream_id); at != connection.streams_.end()) {
      int status = 0;
      const bool number =
          absl::SimpleAtoi(absl::string_view(reinterpret_cast<const char*>(value), value_length), &status);
      at->second->code = !number ? kUnknown : http ? CodeOfHttp(status) : status;
    }
    return 0;
  }
  static int StreamClosed(nghttp2_session*, std::int32_t id, std::uint32_t error, void* self) {
    Connection& connection = *static_cast<Connection*>(self);
    auto at = connection.streams_.find(id);
    if (at == connection.streams_.end()) return 0;
    const std::unique_ptr<Stream> stream = std::move(at->second);
    connection.streams_.erase(at);
    // A stream that the server reset without a status.
    const bool reset = error != NGHTTP2_NO_ERROR && stream->code == kUnknown;
    connection.events_.answered(stream->call, reset ? kUnavailable : stream->code);
    return 0;
  }
};

void Connection::DeleteSession::operator()(nghttp2_session* session) const { nghttp2_session_del(session); }

Connection::Connection(int socket, std::string authority, Protocol protocol, double deadline_seconds, Events events)
    : socket_(socket),
      protocol_(protocol),
      authority_(std::move(authority)),
      timeout_(absl::StrCat(static_cast<int>(deadline_seconds * 1000), "m")),
      events_(std::move(events)) {}

Connection::~Connection() { ::close(socket_); }

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& target, Protocol protocol,
                                                             double deadline_seconds, Events events) {
  absl::StatusOr<int> socket = ConnectTo(target);
  if (!socket.ok()) return socket.status();
  std::unique_ptr<Connection> connection(
      new Connection(*socket, target, protocol, deadline_seconds, std::move(events)));
  if (absl::Status started = connection->Start(); !started.ok()) return started;
  return connection;
}

absl::Status Connection::Start() {
  nghttp2_session_callbacks* raw = nullptr;
  nghttp2_session_callbacks_new(&raw);
  const std::unique_ptr<nghttp2_session_callbacks, decltype(&nghttp2_session_callbacks_del)> callbacks(
      raw, nghttp2_session_callbacks_del);
  nghttp2_session_callbacks_set_on_frame_send_callback(raw, Callbacks::FrameSent);
  nghttp2_session_callbacks_set_on_header_callback(raw, Callbacks::HeaderCame);
  nghttp2_session_callbacks_set_on_stream_close_callback(raw, Callbacks::StreamClosed);
  nghttp2_session* session = nullptr;
  if (const int error = nghttp2_session_client_new(&session, raw, this); error != 0) return Failed("session", error);
  session_.reset(session);
  const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20},
                                             {NGHTTP2_SETTINGS_ENABLE_PUSH, 0}};
  nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, std::size(settings));
  nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, kWindow);
  return Flush();
}

absl::Status Connection::Call(std::uint64_t call, Request request) {
  static const std::string kPost = "POST", kHttp = "http", kAgent = "ordermesh-bench", kTrailers = "trailers",
                           kGrpcPath = "/ordermesh.orders.v1.OrderService/CreateOrder", kHttpPath = "/v1/orders",
                           kGrpcType = "application/grpc", kJson = "application/json";
  const bool grpc = protocol_ == Protocol::kGrpc;
  auto stream = std::make_unique<Stream>();
  stream->call = call;
  stream->request = std::move(request);
  const nghttp2_nv headers[] = {
      Header(":method", kPost),
      Header(":scheme", kHttp),
      Header(":path", grpc ? kGrpcPath : kHttpPath),
      Header(":authority", authority_),
      Header("user-agent", kAgent),
      Header("content-type", grpc ? kGrpcType : kJson),
      grpc ? Header("te", kTrailers) : Header("idempotency-key", stream->request.idempotency_key),
      Header("grpc-timeout", timeout_),
  };
  nghttp2_data_provider body{};
  body.source.ptr = stream.get();
  body.read_callback = Callbacks::ReadMessage;
  const std::int32_t id = nghttp2_submit_request(session_.get(), nullptr, headers, std::size(headers), &body, nullptr);
  if (id < 0) return Failed("call", id);
  streams_[id] = std::move(stream);
  return absl::OkStatus();
}

absl::Status Connection::Flush() {
  for (;;) {
    if (!wants_write()) {
      out_.clear();
      written_ = 0;
      // Many small frames become one write.
      while (out_.size() < 64 * 1024) {
        const std::uint8_t* data = nullptr;
        const ssize_t count = nghttp2_session_mem_send(session_.get(), &data);
        if (count < 0) return Failed("send", static_cast<int>(count));
        if (count == 0) break;
        out_.append(reinterpret_cast<const char*>(data), static_cast<std::size_t>(count));
      }
      if (out_.empty()) return absl::OkStatus();
    }
    const ssize_t count = ::send(socket_, out_.data() + written_, out_.size() - written_, MSG_NOSIGNAL);
    if (count < 0) {
      if (errno == EAGAIN || errno == EINTR) return absl::OkStatus();
      return absl::UnavailableError(absl::StrCat("the connection broke: ", std::strerror(errno)));
    }
    written_ += static_cast<std::size_t>(count);
  }
}

absl::Status Connection::Read() {
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return absl::OkStatus();
    if (count < 0) return absl::UnavailableError(absl::StrCat("the connection broke: ", std::strerror(errno)));
    if (count == 0) return absl::UnavailableError("the server has closed the connection");
    const ssize_t taken = nghttp2_session_mem_recv(session_.get(), reinterpret_cast<const std::uint8_t*>(buffer),
                                                   static_cast<std::size_t>(count));
    if (taken < 0) return Failed("receive", static_cast<int>(taken));
    if (count < static_cast<ssize_t>(sizeof buffer)) return absl::OkStatus();
  }
}

}  // namespace ordermesh::bench
