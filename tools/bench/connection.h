// One HTTP/2 connection that places orders, by unary gRPC calls or by JSON: nghttp2 and a socket, since a whole gRPC
// client would cost more than the server that it measures.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct nghttp2_session;

namespace ordermesh::bench {

enum class Protocol { kGrpc, kHttp };

struct Request {
  std::string body;             // for gRPC with its prefix
  std::string idempotency_key;  // for HTTP
};

// Belongs to one thread. Not blocking, once connected.
class Connection {
 public:
  struct Events {
    std::function<void(std::uint64_t call)> sent;                // its request has been handed to the socket's buffer
    std::function<void(std::uint64_t call, int code)> answered;  // with a gRPC status code, HTTP's translated
  };

  // Connects to HOST:PORT, waiting for it. UNAVAILABLE: it can't.
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& target, Protocol protocol,
                                                          double deadline_seconds, Events events);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins a call.
  absl::Status Call(std::uint64_t call, Request request);
  // Writes what the socket takes. wants_write() tells whether some is left.
  absl::Status Flush();
  // Reads what there is. UNAVAILABLE: the server has closed the connection.
  absl::Status Read();
  bool wants_write() const { return written_ < out_.size(); }
  int socket() const { return socket_; }

 private:
  struct Stream {
    std::uint64_t call = 0;
    Request request;
    std::size_t read = 0;
    int code = 2;  // UNKNOWN, unless the server says
  };
  struct Callbacks;

  Connection(int socket, std::string authority, Protocol protocol, double deadline_seconds, Events events);
  absl::Status Start();

  const int socket_;
  const Protocol protocol_;
  const std::string authority_, timeout_;
  const Events events_;
  struct DeleteSession {
    void operator()(nghttp2_session* session) const;
  };
  std::unique_ptr<nghttp2_session, DeleteSession> session_;
  absl::flat_hash_map<std::int32_t, std::unique_ptr<Stream>> streams_;
  std::string out_;
  std::size_t written_ = 0;
};

}  // namespace ordermesh::bench
