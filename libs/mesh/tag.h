// What a completion queue hands back, and the awaitable made of it.
#pragma once

#include <coroutine>
#include <utility>

namespace ordermesh::mesh {

// Its address, as a Tag*, is the tag of one operation on a lane's queue. Complete runs on the lane.
class Tag {
 public:
  virtual void Complete(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// One operation, started by being awaited:
//
//   Op write([&](void* tag) { stream.Write(message, tag); });
//   if (!co_await write) …  // false: the operation did not happen
template <class Start>
class [[nodiscard]] Op final : public Tag {
 public:
  explicit Op(Start start) : start_(std::move(start)) {}
  Op(const Op&) = delete;
  Op& operator=(const Op&) = delete;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> caller) {
    caller_ = caller;
    start_(static_cast<Tag*>(this));
  }
  bool await_resume() const noexcept { return ok_; }

  void Complete(bool ok) override {
    ok_ = ok;
    caller_.resume();
  }

 private:
  Start start_;
  std::coroutine_handle<> caller_;
  bool ok_ = false;
};

}  // namespace ordermesh::mesh
