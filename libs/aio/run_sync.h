// Runs a task to its end from a thread that is not a lane: for tests and for start-up code.
#pragma once

#include <future>
#include <utility>

#include "libs/aio/lane.h"
#include "libs/aio/task.h"

namespace ordermesh::aio {

// Calls `make` on `lane`, awaits the task that it returns, and gives its result. Never call it on a lane.
template <class Make>
auto RunSync(Lane& lane, Make make) {
  using T = decltype(std::declval<decltype(make())>().await_resume());
  std::promise<T> result;
  std::future<T> future = result.get_future();
  lane.Post([&] {
    Spawn([](Make& make, std::promise<T>& result) -> Task<void> {
      auto task = make();
      if constexpr (std::is_void_v<T>) {
        co_await task;
        result.set_value();
      } else {
        result.set_value(co_await task);
      }
    }(make, result));
  });
  return future.get();
}

}  // namespace ordermesh::aio
