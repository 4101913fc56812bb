// Task<T>: a coroutine that is started by being awaited and runs on its caller's lane.
//
//   Task<absl::StatusOr<Order>> CreateOrder::Run(NewOrder order, Deadline deadline) {
//     auto check = validator_.Check(order, deadline);  // name every awaited task: GCC 12 mishandles temporaries
//     absl::Status valid = co_await check;
//     …
//     co_return stored;
//   }
//
// A Task is owned by whoever awaits it and must outlive the await. Not thread-safe: it starts, resumes and ends on one
// lane. Exceptions must not leave a coroutine; one that does ends the process.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace ordermesh::aio {

template <class T>
class Task;

namespace internal {

struct ResumeCaller {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
    return done.promise().caller;
  }
  void await_resume() const noexcept {}
};

struct PromiseBase {
  std::coroutine_handle<> caller = std::noop_coroutine();  // who waits, once it does
  std::suspend_always initial_suspend() const noexcept { return {}; }
  ResumeCaller final_suspend() const noexcept { return {}; }
  [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
  T Take() { return *std::move(value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void Take() const noexcept {}
};

}  // namespace internal

template <class T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = internal::Promise<T>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  // Runs the coroutine up to its first suspension. When that was its end the caller goes on at once: so a loop over
  // tasks that need not wait keeps its stack also where the compiler makes no tail calls (-O0, sanitizers).
  bool await_suspend(std::coroutine_handle<> caller) noexcept {
    handle_.resume();
    if (handle_.done()) return false;
    handle_.promise().caller = caller;
    return true;
  }
  T await_resume() { return handle_.promise().Take(); }

 private:
  friend promise_type;
  explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
  std::coroutine_handle<promise_type> handle_;
};

namespace internal {

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A coroutine that nobody awaits: it starts at once and frees itself when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
  };
};

inline Detached RunDetached(Task<void> task) { co_await task; }

}  // namespace internal

// Starts `task` on the calling thread, up to its first suspension, and lets it run to its end by itself. What it refers
// to must outlive it: whoever spawns counts what is alive (Lane does so for calls) before it goes away.
inline void Spawn(Task<void> task) { internal::RunDetached(std::move(task)); }

}  // namespace ordermesh::aio
