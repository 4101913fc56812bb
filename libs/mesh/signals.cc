#include "libs/mesh/signals.h"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace ordermesh::mesh {
namespace {

sigset_t Handled() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

SignalThread::SignalThread(std::function<void(int, int)> received) : received_(std::move(received)) {
  const sigset_t set = Handled();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // A peer that is gone is an error of write(), not the end of the process.
  thread_ = std::jthread([this](std::stop_token stop) { Wait(std::move(stop)); });
}

SignalThread::~SignalThread() {
  thread_.request_stop();
  pthread_kill(thread_.native_handle(), SIGTERM);  // ends the sigwait
}

void SignalThread::Wait(std::stop_token stop) {
  const sigset_t set = Handled();
  for (int count = 1;; ++count) {
    int signal = 0;
    if (sigwait(&set, &signal) != 0 || stop.stop_requested()) return;
    received_(signal, count);
  }
}

void EndBySignal(int signal) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  std::raise(signal);
  _exit(128 + signal);
}

}  // namespace ordermesh::mesh
