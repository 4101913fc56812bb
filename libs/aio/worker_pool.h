// WorkerPool: threads for what blocks, each with a resource of its own (a database connection), and a bounded queue.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "libs/aio/completion.h"
#include "libs/aio/lane.h"
#include "libs/aio/stopping.h"
#include "libs/aio/task.h"
#include "libs/aio/waiter.h"
#include "libs/base/metrics.h"
#include "libs/base/mutex.h"

namespace ordermesh::aio {

// How a pool's queue is seen from outside; every pool of a process has its name in the label `pool`.
struct PoolMetrics {
  PoolMetrics(base::Metrics& metrics, const char* pool);

  base::Histogram queue_seconds;  // of each job, from Run until a thread takes it out
  base::Counter abandoned;        // taken out too late: the deadline had passed, or the caller was gone
};

// Runs jobs that take a `Resource&` on its threads, first come first served; a job that nobody waits for any more when
// its turn comes is not run. Thread-safe. Stopping finishes the job under way in each thread and refuses those that
// wait.
//
//   WorkerPool<postgres::Connection> pool({.threads = 2, .max_queued = 64}, PoolMetrics(metrics, "orders"), connect);
//   auto run = pool.Run(call.waiter(), [&](postgres::Connection& db) -> absl::StatusOr<Order> { … });
//   absl::StatusOr<Order> order = co_await run;
//
// A Resource that has `void LimitTo(absl::Duration left)` is told before each job how long its result is waited for.
template <class Resource>
class WorkerPool {
 public:
  struct Options {
    int threads = 1;
    std::size_t max_queued = 64;
  };
  using Make = std::function<std::unique_ptr<Resource>()>;

  // `make` is called once in each thread.
  WorkerPool(Options options, PoolMetrics metrics, Make make)
      : options_(options), metrics_(metrics), make_(std::move(make)) {
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Work(); });
  }
  ~WorkerPool() { Stop(); }

  // `job` is `StatusOr<T>(Resource&)` or `Status(Resource&)`; the task gives its result on the waiter's lane. With the
  // job not run:
  //   kResourceExhausted  the queue is full
  //   kDeadlineExceeded   the deadline passed while it waited
  //   kCancelled          the caller went away while it waited
  //   kUnavailable        the pool is stopping (IsStopping)
  template <class F, class Result = std::invoke_result_t<F&, Resource&>>
  Task<Result> Run(Waiter waiter, F job) {
    Completion<Result> done(waiter.lane);
    absl::Status queued =
        Enqueue({[job = std::move(job), set = done.setter()](Resource& resource) mutable { set(job(resource)); },
                 [set = done.setter()](absl::Status status) { set(std::move(status)); }, waiter,
                 waiter.lane.timer().SteadyNow()});
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
    for (Queued& queued : left) queued.refuse(Stopping());
  }

  std::size_t queued() const {
    base::MutexLock lock(mu_);
    return queue_.size();
  }

 private:
  struct Queued {
    absl::AnyInvocable<void(Resource&)> run;
    absl::AnyInvocable<void(absl::Status)> refuse;
    Waiter waiter;
    base::SteadyTime since;
  };

  absl::Status Enqueue(Queued job) {
    base::MutexLock lock(mu_);
    if (stopped_) return Stopping();
    if (queue_.size() >= options_.max_queued) return absl::ResourceExhaustedError("too much work is waiting");
    queue_.push_back(std::move(job));
    ready_.NotifyOne();
    return absl::OkStatus();
  }
  void Work() {
    std::unique_ptr<Resource> resource = make_();
    while (std::optional<Queued> job = TakeOut()) {
      base::Timer& timer = job->waiter.lane.timer();
      metrics_.queue_seconds.Observe(absl::ToDoubleSeconds(timer.SteadyNow() - job->since));
      if (absl::Status given_up = GivenUp(job->waiter); !given_up.ok()) {
        metrics_.abandoned.Add();
        job->refuse(std::move(given_up));
        continue;
      }
      if constexpr (requires { resource->LimitTo(absl::Duration()); }) {
        resource->LimitTo(job->waiter.deadline.Remaining(timer));
      }
      job->run(*resource);
    }
  }
  // Waits for the next job. Nothing: the pool is stopping.
  std::optional<Queued> TakeOut() {
    base::MutexLock lock(mu_);
    ready_.Wait(mu_, std::stop_token(),
                [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) { return stopped_ || !queue_.empty(); });
    if (stopped_) return std::nullopt;
    std::optional<Queued> job(std::move(queue_.front()));
    queue_.pop_front();
    return job;
  }
  static absl::Status GivenUp(const Waiter& waiter) {
    if (waiter.deadline.Expired(waiter.lane.timer()))
      return absl::DeadlineExceededError("the deadline passed in the queue");
    if (waiter.gone.stop_requested()) return absl::CancelledError("the caller went away");
    return absl::OkStatus();
  }

  const Options options_;
  const PoolMetrics metrics_;
  const Make make_;
  mutable base::Mutex mu_;
  base::CondVar ready_;
  std::deque<Queued> queue_ ABSL_GUARDED_BY(mu_);
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::jthread> threads_;  // Last: they end before what they use goes away.
};

}  // namespace ordermesh::aio
