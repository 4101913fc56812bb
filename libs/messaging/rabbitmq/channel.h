// One logged-in AMQP connection with its channel, from its making to its loss: frames in and out within deadlines.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/library.h"
#include "libs/messaging/rabbitmq/url.h"

namespace ordermesh::rabbitmq {

using SteadyTime = std::chrono::steady_clock::time_point;
SteadyTime After(absl::Duration duration);
inline constexpr SteadyTime kAtOnce{};  // long ago; time_point::min() would overflow when the time left is reckoned

inline constexpr amqp_channel_t kChannelNumber = 1;

// What a broker means by closing a channel or a connection with this code.
absl::Status CloseStatus(int code, absl::string_view text);

// Belongs to one thread. After any error it is of no further use.
class Channel {
 public:
  static absl::StatusOr<std::unique_ptr<Channel>> Open(const ConnectionOptions& options, const Url& url);

  amqp_connection_state_t get() const { return connection_.get(); }
  int frame_max() const;

  // The next frame, waiting for it until `until`; false when none came. Serves heartbeats meanwhile. The frame's memory
  // is valid until the next call.
  absl::StatusOr<bool> Next(amqp_frame_t& frame, SteadyTime until);

  // Waits until the socket takes more. kDeadlineExceeded: it does not.
  absl::Status WaitWritable(SteadyTime until);
  // Between Cork(true) and Cork(false) the kernel sends full packets only: fewer, larger reads for the broker.
  void Cork(bool on);

  // The outcome of the RPC just made.
  absl::Status Reply(absl::string_view what) const;
  // The outcome of a send.
  static absl::Status Sent(int result, absl::string_view what);

  // Takes leave of the broker, within a second.
  void SayGoodbye();

 private:
  struct Destroy {
    void operator()(amqp_connection_state_t connection) const { amqp_destroy_connection(connection); }
  };
  using Handle = std::unique_ptr<amqp_connection_state_t_, Destroy>;
  explicit Channel(Handle connection, absl::Duration heartbeat);

  Handle connection_;
  const int socket_;
  const std::chrono::milliseconds beat_;  // at least this often the library has to be called
};

}  // namespace ordermesh::rabbitmq
