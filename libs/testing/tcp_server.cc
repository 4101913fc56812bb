#include "libs/testing/tcp_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace ordermesh::testing {

bool TcpServer::Connection::Fill() {
  char bytes[4096];
  const ssize_t n = ::recv(socket_, bytes, sizeof bytes, 0);
  if (n <= 0) return false;
  buffer_.append(bytes, static_cast<std::size_t>(n));
  return true;
}

void TcpServer::Connection::Write(absl::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string TcpServer::Connection::ReadLine() {
  std::size_t end;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    if (!Fill()) return "";
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::string TcpServer::Connection::Read(std::size_t bytes) {
  while (buffer_.size() < bytes && Fill()) {
  }
  std::string read = buffer_.substr(0, bytes);
  buffer_.erase(0, read.size());
  return read;
}

void TcpServer::Connection::WaitForEnd() {
  while (Fill()) {
  }
}

TcpServer::TcpServer(Serve serve) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this, serve = std::move(serve)](std::stop_token stop) {
    for (int number = 0;; ++number) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      {
        base::MutexLock lock(mu_);
        served_ = socket;
      }
      // Otherwise whoever asked for the stop did not see it.
      if (!stop.stop_requested()) {
        Connection connection(socket);
        serve(connection, number);
      }
      base::MutexLock lock(mu_);
      served_ = -1;
      ::close(socket);
    }
  });
}

TcpServer::~TcpServer() {
  thread_.request_stop();
  ::shutdown(listener_, SHUT_RDWR);  // Ends a waiting accept.
  {
    base::MutexLock lock(mu_);
    if (served_ >= 0) ::shutdown(served_, SHUT_RDWR);
  }
  thread_.join();
  ::close(listener_);
}

}  // namespace ordermesh::testing
