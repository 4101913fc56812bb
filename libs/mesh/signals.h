// SIGTERM and SIGINT as an ordinary function call on a thread of its own.
#pragma once

#include <functional>
#include <thread>

namespace ordermesh::mesh {

// A signal handler may do next to nothing, and gRPC deadlocks when it is shut down from one; so the signals are blocked
// in every thread and one thread waits for them. Make it before any other thread starts.
class SignalThread {
 public:
  // `received(signal, count)` is called for each, on the thread; `count` is 1 for the first.
  explicit SignalThread(std::function<void(int signal, int count)> received);
  ~SignalThread();  // The signals stay blocked.

 private:
  void Wait(std::stop_token stop);

  const std::function<void(int, int)> received_;
  std::jthread thread_;  // Last: ends before what it uses goes away.
};

// Ends the process by `signal`, as if it had not been blocked.
[[noreturn]] void EndBySignal(int signal);

}  // namespace ordermesh::mesh
