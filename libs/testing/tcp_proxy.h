// A TCP proxy on loopback that can hold back bytes or cut connections: for faults between a client and a real server.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/mutex.h"

namespace ordermesh::testing {

// Listens on a free port and forwards each connection to `port` on 127.0.0.1. Thread-safe.
class TcpProxy {
 public:
  explicit TcpProxy(int port);  // Ends the test process when it can't listen.
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }

  // Nothing goes in that direction any more, as if the network were gone; neither end is told.
  void HoldRequests() { hold_requests_ = true; }
  void HoldReplies() { hold_replies_ = true; }
  // What was held goes on.
  void Release();
  // Closes every connection at both ends; what was held is lost. New ones are accepted.
  void Cut();

 private:
  struct Pair {
    int client, server;
  };
  void Serve(std::stop_token stop);
  void Accept();
  bool Forward(int from, int to);
  void Wake();

  const int target_;
  int listener_ = -1, port_ = 0;
  int wake_[2] = {-1, -1};
  std::atomic<bool> hold_requests_ = false, hold_replies_ = false, cut_ = false;
  std::vector<Pair> pairs_;  // The thread's own.
  base::Mutex mu_;
  base::CondVar cut_done_;
  std::jthread thread_;  // Last: it uses the rest.
};

}  // namespace ordermesh::testing
