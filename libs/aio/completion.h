// Completion<T>: one result that another thread, or another coroutine, gives to one waiting coroutine.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "libs/aio/lane.h"

namespace ordermesh::aio {

// Made and awaited on a lane; `Setter` may be carried to any thread, and delivers on the lane. Exactly one of the
// copies of a setter calls Set, once.
//
//   Completion<absl::Status> done(lane);
//   thread.Add([set = done.setter()]() mutable { set(Work()); });
//   absl::Status status = co_await done;
template <class T>
class Completion {
  struct State {
    explicit State(Lane& lane) : lane(lane) {}
    Lane& lane;
    std::optional<T> value;
    std::coroutine_handle<> waiting;
  };

 public:
  explicit Completion(Lane& lane) : state_(std::make_shared<State>(lane)) {}

  class Setter {
   public:
    explicit Setter(std::shared_ptr<State> state) : state_(std::move(state)) {}
    // From any thread.
    void operator()(T value) const {
      state_->lane.Post([state = state_, value = std::move(value)]() mutable { Deliver(*state, std::move(value)); });
    }
    // From the lane's thread: resumes the waiting coroutine before it returns.
    void SetOnLane(T value) const { Deliver(*state_, std::move(value)); }

   private:
    std::shared_ptr<State> state_;
  };
  Setter setter() const { return Setter(state_); }

  bool await_ready() const noexcept { return state_->value.has_value(); }
  void await_suspend(std::coroutine_handle<> caller) noexcept { state_->waiting = caller; }
  T await_resume() { return *std::move(state_->value); }

 private:
  static void Deliver(State& state, T value) {
    state.value.emplace(std::move(value));
    if (auto waiting = std::exchange(state.waiting, nullptr)) waiting.resume();
  }
  std::shared_ptr<State> state_;
};

}  // namespace ordermesh::aio
