// WorkerPool: threads for what blocks, each with a resource of its own (a database connection), and a bounded queue.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "libs/aio/completion.h"
#include "libs/aio/lane.h"
#include "libs/aio/task.h"
#include "libs/base/mutex.h"

namespace ordermesh::aio {

// Runs jobs that take a `Resource&` on its threads, first come first served. Thread-safe. Stopping finishes the job
// under way in each thread and refuses those that wait.
//
//   WorkerPool<postgres::Connection> pool({.threads = 2, .max_queued = 64}, make_connection);
//   auto run = pool.Run(lane, [&](postgres::Connection& db) -> absl::StatusOr<Order> { … });
//   absl::StatusOr<Order> order = co_await run;
template <class Resource>
class WorkerPool {
 public:
  struct Options {
    int threads = 1;
    std::size_t max_queued = 64;
  };
  using Make = std::function<std::unique_ptr<Resource>()>;

  // `make` is called once in each thread.
  WorkerPool(Options options, Make make) : options_(options), make_(std::move(make)) {
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~WorkerPool() { Stop(); }

  // `job` is `StatusOr<T>(Resource&)` or `Status(Resource&)`; the task gives its result on `lane`. RESOURCE_EXHAUSTED,
  // with the job not run: the queue is full. UNAVAILABLE, likewise: the pool is stopping.
  template <class F, class Result = std::invoke_result_t<F&, Resource&>>
  Task<Result> Run(Lane& lane, F job) {
    Completion<Result> done(lane);
    absl::Status queued =
        Enqueue({[job = std::move(job), set = done.setter()](Resource& resource) mutable { set(job(resource)); },
                 [set = done.setter()](absl::Status status) { set(std::move(status)); }});
    if (!queued.ok()) co_return queued;
    co_return co_await done;
  }

  // Refuses new jobs, lets those under way end, ends the threads, and answers every job that waited with UNAVAILABLE.
  // Idempotent; to be called from one thread.
  void Stop() {
    {
      base::MutexLock lock(mu_);
      stopped_ = true;
      ready_.NotifyAll();
    }
    for (std::jthread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    std::deque<Queued> left;
    {
      base::MutexLock lock(mu_);
      left.swap(queue_);
    }
    for (Queued& queued : left) queued.refuse(absl::UnavailableError("shutting down"));
  }

  std::size_t queued() const {
    base::MutexLock lock(mu_);
    return queue_.size();
  }

 private:
  struct Queued {
    absl::AnyInvocable<void(Resource&)> run;
    absl::AnyInvocable<void(absl::Status)> refuse;
  };

  absl::Status Enqueue(Queued job) {
    base::MutexLock lock(mu_);
    if (stopped_) return absl::UnavailableError("shutting down");
    if (queue_.size() >= options_.max_queued) return absl::ResourceExhaustedError("too much work is waiting");
    queue_.push_back(std::move(job));
    ready_.NotifyOne();
    return absl::OkStatus();
  }
  void Work() {
    std::unique_ptr<Resource> resource = make_();
    for (;;) {
      Queued job;
      {
        base::MutexLock lock(mu_);
        ready_.Wait(mu_, std::stop_token(),
                    [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stopped_ || !queue_.empty(); });
        if (stopped_) return;
        job = std::move(queue_.front());
        queue_.pop_front();
      }
      job.run(*resource);
    }
  }

  const Options options_;
  const Make make_;
  mutable base::Mutex mu_;
  base::CondVar ready_;
  std::deque<Queued> queue_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::jthread> threads_;  // Last: they end before what they use goes away.
};

}  // namespace ordermesh::aio
