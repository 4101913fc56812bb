#include "libs/testing/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace ordermesh::testing {
namespace {

[[noreturn]] void Die(const char* what) {
  std::perror(what);
  std::abort();
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int ConnectTo(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
  }
  if (fd >= 0) close(fd);
  return -1;
}

}  // namespace

TcpProxy::TcpProxy(int port) : target_(port) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 || getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      pipe(wake_) != 0) {
    Die("tcp proxy");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::jthread([this](std::stop_token stop) { Serve(stop); });
}

TcpProxy::~TcpProxy() {
  thread_.request_stop();
  Wake();
  thread_.join();
  for (const Pair& pair : pairs_) {
    close(pair.client);
    close(pair.server);
  }
  for (const int fd : {listener_, wake_[0], wake_[1]}) close(fd);
}

void TcpProxy::Wake() {
  if (write(wake_[1], "", 1) != 1) Die("tcp proxy: wake");
}

void TcpProxy::Release() {
  hold_requests_ = false;
  hold_replies_ = false;
  Wake();
}

void TcpProxy::Cut() {
  base::MutexLock lock(mu_);
  cut_ = true;
  Wake();
  cut_done_.Wait(mu_, {}, [this] { return !cut_; });
}

void TcpProxy::Accept() {
  const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  const int server = ConnectTo(target_);
  if (server < 0) {
    close(client);
    return;
  }
  const int on = 1;
  setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  pairs_.push_back({client, server});
}

// False: that end has closed, or broke.
bool TcpProxy::Forward(int from, int to) {
  char bytes[64 << 10];
  const ssize_t got = recv(from, bytes, sizeof bytes, 0);
  if (got <= 0) return false;
  for (ssize_t sent = 0; sent < got;) {
    const ssize_t now = send(to, bytes + sent, static_cast<std::size_t>(got - sent), MSG_NOSIGNAL);
    if (now <= 0) return false;
    sent += now;
  }
  return true;
}

void TcpProxy::Serve(std::stop_token stop) {
  while (!stop.stop_requested()) {
    std::vector<pollfd> watched = {{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const Pair& pair : pairs_) {
      watched.push_back({hold_requests_ ? -1 : pair.client, POLLIN, 0});
      watched.push_back({hold_replies_ ? -1 : pair.server, POLLIN, 0});
    }
    if (poll(watched.data(), watched.size(), -1) < 0) continue;
    char byte;
    if (watched[0].revents != 0 && read(wake_[0], &byte, 1) < 0) Die("tcp proxy: woken");
    const bool all = cut_;
    std::vector<Pair> left;
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      bool open = !all;
      // Asked again: a hold that came while poll waited counts.
      if (open && watched[2 + 2 * i].revents != 0 && !hold_requests_)
        open = Forward(pairs_[i].client, pairs_[i].server);
      if (open && watched[3 + 2 * i].revents != 0 && !hold_replies_) open = Forward(pairs_[i].server, pairs_[i].client);
      if (open) {
        left.push_back(pairs_[i]);
      } else {
        close(pairs_[i].client);
        close(pairs_[i].server);
      }
    }
    pairs_ = std::move(left);
    if (all) {
      base::MutexLock lock(mu_);
      cut_ = false;
      cut_done_.NotifyAll();
    }
    if (watched[1].revents != 0) Accept();
  }
}

}  // namespace ordermesh::testing
