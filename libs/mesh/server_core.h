// What the calls of one server share. Part of server.h's implementation.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <cstdint>
#include <stop_token>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "libs/base/mutex.h"
#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/mesh/grpc_lane.h"

namespace ordermesh::mesh {

struct ServerOptions {
  std::string listen;  // "127.0.0.1:50051"; port 0: any free one; empty: lanes only, nothing is served
  int lanes = 1;
  int slots = 64;          // calls of a unary method that each lane stands ready to take
  int stream_slots = 4;    // the same for a streaming method
  int max_calls = 1000;    // unary calls in progress in the whole server; beyond: RESOURCE_EXHAUSTED
  int max_streams = 1000;  // streams, likewise
  absl::Duration default_deadline = absl::Seconds(5);    // of a unary call whose client set none
  absl::Duration retry_after = absl::Milliseconds(200);  // what RetryInfo of a refused call says
  // A connection older than this is asked to go (with jitter), so that clients find new replicas.
  absl::Duration max_connection_age = absl::Seconds(300);
  absl::Duration max_connection_age_grace = absl::Seconds(30);
  // Who connects and doesn't speak HTTP/2 within it is hung up on: it holds a descriptor.
  absl::Duration handshake_timeout = absl::Seconds(10);
};

// For methods that differ from the server's options; 0 keeps them.
struct MethodOptions {
  int slots = 0;
  int max_in_progress = 0;  // a limit of this method's own, outside of max_calls or max_streams
};

// Counts what is alive; the server ends when nothing is. Thread-safe.
class LiveCount {
 public:
  void Add() {
    base::MutexLock lock(mu_);
    ++count_;
  }
  void Remove() {
    base::MutexLock lock(mu_);
    if (--count_ == 0) changed_.NotifyAll();
  }
  void WaitForZero() {
    base::MutexLock lock(mu_);
    changed_.Wait(mu_, std::stop_token(), [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return count_ == 0; });
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  int count_ ABSL_GUARDED_BY(mu_) = 0;
};

// How many calls may be in progress. Thread-safe.
class Admission {
 public:
  explicit Admission(int limit) : limit_(limit) {}
  bool TryEnter() {
    if (entered_.fetch_add(1, std::memory_order_relaxed) < limit_) return true;
    Leave();
    return false;
  }
  void Leave() { entered_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  const int limit_;
  std::atomic<int> entered_{0};
};

// A stream in progress, told when the server stops.
class Drainable {
 public:
  virtual void Drain() = 0;

 protected:
  ~Drainable() = default;
};

// One lane of a server.
struct ServerLane {
  GrpcLane* lane = nullptr;
  grpc::ServerCompletionQueue* queue = nullptr;
  bool draining = false;                         // the lane's thread only
  absl::flat_hash_set<Drainable*> streams = {};  // likewise
};

struct ServerCore {
  ServerCore(const ServerOptions& options, base::Timer& timer, base::Random& random);

  const ServerOptions options;
  base::Timer& timer;
  base::Random& random;
  const grpc::Status overloaded;
  const grpc::Status stopping;
  LiveCount live;                   // slots: coroutines that may start operations on the lanes' queues
  std::atomic<int> in_progress{0};  // calls, from their arrival until gRPC is done with them
  Admission calls;
  Admission streams;
};

}  // namespace ordermesh::mesh
