// What a Connection is made of. Part of its implementation: connection.cc, publish.cc and declare.cc.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/channel.h"
#include "libs/messaging/rabbitmq/confirm_tracker.h"
#include "libs/messaging/rabbitmq/connection.h"
#include "libs/messaging/rabbitmq/content.h"
#include "libs/messaging/rabbitmq/library.h"
#include "libs/messaging/rabbitmq/tables.h"

namespace ordermesh::rabbitmq {

class Connection::Impl {
 public:
  explicit Impl(ConnectionOptions options) : options_(std::move(options)), max_body_(options_.max_message_bytes) {}

  absl::Status Connect();
  void Close() {
    if (channel_ != nullptr) channel_->SayGoodbye();
    consumed_.clear();
    Drop();
  }
  bool connected() const { return channel_ != nullptr; }
  bool blocked() const { return blocked_; }

  PublishReport Publish(absl::Span<const Message> messages, int window, absl::Duration timeout);
  absl::Status Consume(const std::string& queue, int prefetch);
  absl::StatusOr<std::vector<Delivery>> StopConsuming();
  absl::StatusOr<std::vector<Delivery>> Receive(int max, absl::Duration timeout);
  absl::Status Settle(std::uint64_t tag, const char* what, int (*send)(amqp_connection_state_t, std::uint64_t, bool),
                      bool flag);
  // Runs one RPC on the channel, which `call` makes; an error drops the connection, as AMQP closes the channel.
  template <class Call>
  absl::Status Rpc(absl::string_view what, Call call) {
    RETURN_IF_ERROR(Connect());
    call(channel_->get());
    return Checked(channel_->Reply(what));
  }
  absl::Status Tick() {
    RETURN_IF_ERROR(Connect());
    return Pump(kAtOnce);
  }
  absl::Status Checked(absl::Status status) {
    if (!status.ok()) Drop();
    return status;
  }

 private:
  void Drop();
  absl::Status StartConsuming();
  // Handles one frame, waiting for it until `until`; false when none came.
  absl::StatusOr<bool> Step(SteadyTime until);
  // Handles all frames that are there, waiting until `until` for the first.
  absl::Status Pump(SteadyTime until);
  absl::Status Handle(const amqp_frame_t& frame);
  absl::Status HandleMethod(const amqp_frame_t& frame);
  absl::Status HandleContent(const amqp_frame_t& frame);

  // Publishing, in publish.cc. A batch is what a call of Publish works on.
  struct Batch {
    absl::Span<const Message> messages;
    ConfirmTracker confirms;
    std::size_t next = 0;  // to be sent
  };
  absl::Status Confirming();
  absl::Status Run(Batch& batch, std::size_t window, SteadyTime until);
  absl::Status SendSome(Batch& batch, std::size_t window, SteadyTime until);
  absl::Status SendOne(const Message& message);
  void Learn(const absl::Status& status);
  void HandleReturn(const Delivery& returned, const std::string& reason);

  const ConnectionOptions options_;
  std::int64_t max_body_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<ContentAssembler> content_;
  std::uint64_t epoch_ = 0;  // of the channel; tags carry it
  bool blocked_ = false;

  bool confirming_ = false;
  std::uint64_t next_tag_ = 1;  // the broker's number for the next message published
  Batch* batch_ = nullptr;      // while Publish runs
  FieldTable headers_;          // reused

  std::string consumed_;  // the queue; empty: none
  int prefetch_ = 0;
  bool consuming_ = false;
  std::string consumer_tag_;    // the broker's, while consuming_
  std::deque<Delivery> inbox_;  // at most prefetch_
};

}  // namespace ordermesh::rabbitmq
