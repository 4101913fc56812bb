// A server that a test scripts, one connection after the other, on a free port of loopback.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "libs/base/mutex.h"

namespace ordermesh::testing {

// Calls `serve` for each connection, on the server's own thread, and closes the connection behind it. Its end ends the
// connection that is served then.
class TcpServer {
 public:
  class Connection {
   public:
    explicit Connection(int socket) : socket_(socket) {}
    void Write(absl::string_view text);
    // Up to the end of a line, which is not part of it; empty at the end of the connection.
    std::string ReadLine();
    std::string Read(std::size_t bytes);
    // Returns when the other side has closed.
    void WaitForEnd();

   private:
    int socket_;
    std::string buffer_;
    bool Fill();
  };
  using Serve = std::function<void(Connection&, int number)>;  // number: 0 for the first connection

  explicit TcpServer(Serve serve);
  ~TcpServer();

  int port() const { return port_; }

 private:
  int listener_;
  int port_;
  base::Mutex mu_;
  int served_ ABSL_GUARDED_BY(mu_) = -1;
  std::jthread thread_;  // Last: stops before what it uses goes away.
};

}  // namespace ordermesh::testing
