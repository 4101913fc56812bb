// Puts a message together from its frames: a method (deliver, return), a header, then bodies until all bytes are there.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/library.h"

namespace ordermesh::rabbitmq {

// Copies all that it keeps, so the frames' memory may be recycled after each call. Not thread-safe.
class ContentAssembler {
 public:
  enum class Kind { kNone, kDelivery, kReturn };

  // A message of more bytes than this is a broken peer, not a message.
  explicit ContentAssembler(std::uint64_t max_body_bytes) : max_body_bytes_(max_body_bytes) {}

  // `frame` belongs to the channel and is a deliver or return method, a header or a body. INTERNAL: it comes out of
  // turn, or announces too many bytes.
  absl::Status Take(const amqp_frame_t& frame);

  // What is complete now, until the next Take; kNone while frames are missing.
  Kind complete() const { return complete_ ? kind_ : Kind::kNone; }
  Delivery& delivery() { return delivery_; }
  const std::string& return_reason() const { return return_reason_; }

 private:
  absl::Status TakeMethod(const amqp_method_t& method);
  absl::Status TakeHeader(const amqp_frame_t& frame);
  absl::Status TakeBody(const amqp_bytes_t& fragment);

  std::uint64_t max_body_bytes_;
  Kind kind_ = Kind::kNone;
  bool has_header_ = false, complete_ = false;
  std::uint64_t body_bytes_ = 0;
  Delivery delivery_;
  std::string return_reason_;
};

}  // namespace ordermesh::rabbitmq
