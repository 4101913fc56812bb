// Connecting, frames, and what comes in: deliveries. Publishing is in publish.cc, declaring in declare.cc.
#include "libs/messaging/rabbitmq/connection.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/connection_impl.h"
#include "libs/messaging/rabbitmq/url.h"

namespace ordermesh::rabbitmq {
namespace {

// Tags carry the number of their connection above the broker's number, so that one of a lost connection never settles a
// message of the next.
constexpr int kTagBits = 40;
constexpr std::uint64_t kTagMask = (std::uint64_t{1} << kTagBits) - 1;

}  // namespace

void Connection::Impl::Drop() {
  channel_.reset();
  content_.reset();
  blocked_ = confirming_ = consuming_ = false;
  next_tag_ = 1;
  inbox_.clear();
}

absl::Status Connection::Impl::Connect() {
  if (channel_ == nullptr) {
    ASSIGN_OR_RETURN(const Url url, ParseUrl(options_.broker.url));
    ASSIGN_OR_RETURN(channel_, Channel::Open(options_, url));
    content_ = std::make_unique<ContentAssembler>(static_cast<std::uint64_t>(options_.max_message_bytes));
    ++epoch_;
  }
  if (!consumed_.empty() && !consuming_) return Checked(StartConsuming());
  return absl::OkStatus();
}

absl::Status Connection::Impl::StartConsuming() {
  amqp_basic_qos(channel_->get(), kChannelNumber, 0, static_cast<std::uint16_t>(std::clamp(prefetch_, 1, 65535)), 0);
  RETURN_IF_ERROR(channel_->Reply("basic.qos"));
  const amqp_basic_consume_ok_t* consumer = amqp_basic_consume(channel_->get(), kChannelNumber, Bytes(consumed_),
                                                               amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  RETURN_IF_ERROR(channel_->Reply("basic.consume"));
  consumer_tag_ = std::string(View(consumer->consumer_tag));
  consuming_ = true;
  return absl::OkStatus();
}

absl::StatusOr<bool> Connection::Impl::Step(SteadyTime until) {
  amqp_frame_t frame;
  absl::StatusOr<bool> came = channel_->Next(frame, until);
  if (!came.ok()) {
    Drop();
    return came.status();
  }
  if (*came) RETURN_IF_ERROR(Checked(Handle(frame)));
  return *came;
}

absl::Status Connection::Impl::Pump(SteadyTime until) {
  for (;;) {
    ASSIGN_OR_RETURN(const bool came, Step(until));
    if (!came) return absl::OkStatus();
    until = kAtOnce;
  }
}

absl::Status Connection::Impl::Handle(const amqp_frame_t& frame) {
  if (frame.channel != 0 && frame.channel != kChannelNumber) return absl::OkStatus();
  switch (frame.frame_type) {
    case AMQP_FRAME_METHOD:
      return HandleMethod(frame);
    case AMQP_FRAME_HEADER:
    case AMQP_FRAME_BODY:
      return HandleContent(frame);
    default:
      return absl::OkStatus();
  }
}

absl::Status Connection::Impl::HandleMethod(const amqp_frame_t& frame) {
  const void* decoded = frame.payload.method.decoded;
  switch (frame.payload.method.id) {
    case AMQP_BASIC_DELIVER_METHOD:
    case AMQP_BASIC_RETURN_METHOD:
      return HandleContent(frame);
    case AMQP_BASIC_ACK_METHOD: {
      const auto& ack = *static_cast<const amqp_basic_ack_t*>(decoded);
      if (batch_ == nullptr || batch_->confirms.Ack(ack.delivery_tag, ack.multiple != 0)) return absl::OkStatus();
      return absl::UnavailableError("rabbitmq: an ack for what was never sent");
    }
    case AMQP_BASIC_NACK_METHOD: {
      const auto& nack = *static_cast<const amqp_basic_nack_t*>(decoded);
      if (batch_ == nullptr || batch_->confirms.Nack(nack.delivery_tag, nack.multiple != 0)) return absl::OkStatus();
      return absl::UnavailableError("rabbitmq: a nack for what was never sent");
    }
    case AMQP_BASIC_CANCEL_METHOD:
      return absl::NotFoundError(absl::StrCat("rabbitmq: the broker ended the consumer of ", consumed_));
    case AMQP_CONNECTION_BLOCKED_METHOD: {
      const auto& blocked = *static_cast<const amqp_connection_blocked_t*>(decoded);
      blocked_ = true;
      base::LogWarning("rabbitmq_blocked", {{"connection", options_.name}, {"reason", View(blocked.reason)}});
      return absl::OkStatus();
    }
    case AMQP_CONNECTION_UNBLOCKED_METHOD:
      blocked_ = false;
      base::LogInfo("rabbitmq_unblocked", {{"connection", options_.name}});
      return absl::OkStatus();
    case AMQP_CHANNEL_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_channel_close_t*>(decoded);
      return base::Annotate(CloseStatus(close.reply_code, View(close.reply_text)), "rabbitmq: channel closed");
    }
    case AMQP_CONNECTION_CLOSE_METHOD: {
      const auto& close = *static_cast<const amqp_connection_close_t*>(decoded);
      return base::Annotate(CloseStatus(close.reply_code, View(close.reply_text)), "rabbitmq: connection closed");
    }
    default:
      return absl::OkStatus();  // the late answer of an RPC, flow: nothing waits for them
  }
}

absl::Status Connection::Impl::HandleContent(const amqp_frame_t& frame) {
  if (absl::Status status = content_->Take(frame); !status.ok()) {
    return absl::UnavailableError(absl::StrCat("rabbitmq: the broker sent ", status.message()));
  }
  switch (content_->complete()) {
    case ContentAssembler::Kind::kNone:
      return absl::OkStatus();
    case ContentAssembler::Kind::kReturn:
      HandleReturn(content_->delivery(), content_->return_reason());
      return absl::OkStatus();
    case ContentAssembler::Kind::kDelivery:
      break;
  }
  if (!consuming_ || inbox_.size() >= static_cast<std::size_t>(prefetch_)) {
    return absl::UnavailableError("rabbitmq: the broker sent more than was asked for");
  }
  Delivery& delivery = content_->delivery();
  if (delivery.tag > kTagMask) return absl::UnavailableError("rabbitmq: a delivery tag out of range");
  delivery.tag |= epoch_ << kTagBits;
  inbox_.push_back(std::move(delivery));
  return absl::OkStatus();
}

absl::Status Connection::Impl::Consume(const std::string& queue, int prefetch) {
  if (consuming_) {  // a channel has one consumer: another one begins on a new connection
    channel_->SayGoodbye();
    Drop();
  }
  consumed_ = queue;
  prefetch_ = prefetch;
  return Connect();
}

absl::StatusOr<std::vector<Delivery>> Connection::Impl::StopConsuming() {
  if (consuming_) {
    amqp_basic_cancel(channel_->get(), kChannelNumber, Bytes(consumer_tag_));
    RETURN_IF_ERROR(Checked(channel_->Reply("basic.cancel")));
    // What was sent before the answer was read with it, and waits in the library.
    RETURN_IF_ERROR(Pump(kAtOnce));
    consuming_ = false;
  }
  consumed_.clear();
  std::vector<Delivery> rest(std::make_move_iterator(inbox_.begin()), std::make_move_iterator(inbox_.end()));
  inbox_.clear();
  return rest;
}

absl::StatusOr<std::vector<Delivery>> Connection::Impl::Receive(int max, absl::Duration timeout) {
  if (consumed_.empty()) return absl::FailedPreconditionError("rabbitmq: nothing is consumed");
  RETURN_IF_ERROR(Connect());
  const SteadyTime until = After(timeout);
  const std::size_t most = static_cast<std::size_t>(std::max(max, 1));
  while (inbox_.size() < most) {
    ASSIGN_OR_RETURN(const bool came, Step(inbox_.empty() ? until : kAtOnce));
    if (!came) break;
  }
  const auto end = inbox_.begin() + static_cast<std::ptrdiff_t>(std::min(most, inbox_.size()));
  std::vector<Delivery> deliveries(std::make_move_iterator(inbox_.begin()), std::make_move_iterator(end));
  inbox_.erase(inbox_.begin(), end);
  return deliveries;
}

absl::Status Connection::Impl::Settle(std::uint64_t tag, const char* what,
                                      int (*send)(amqp_connection_state_t, std::uint64_t, bool), bool flag) {
  if (channel_ == nullptr || tag >> kTagBits != epoch_) {
    return absl::UnavailableError(absl::StrCat("rabbitmq: ", what, ": the delivery's connection was lost"));
  }
  return Checked(Channel::Sent(send(channel_->get(), tag & kTagMask, flag), what));
}

Connection::Connection(ConnectionOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Connection::~Connection() { Close(); }

absl::Status Connection::Connect() { return impl_->Connect(); }
void Connection::Close() { impl_->Close(); }
bool Connection::connected() const { return impl_->connected(); }
bool Connection::blocked() const { return impl_->blocked(); }
absl::Status Connection::Tick() { return impl_->Tick(); }

absl::Status Connection::Consume(const std::string& queue, int prefetch) { return impl_->Consume(queue, prefetch); }
absl::StatusOr<std::vector<Delivery>> Connection::StopConsuming() { return impl_->StopConsuming(); }
absl::StatusOr<std::vector<Delivery>> Connection::Receive(int max, absl::Duration timeout) {
  return impl_->Receive(max, timeout);
}

absl::Status Connection::Ack(std::uint64_t tag, bool multiple) {
  return impl_->Settle(
      tag, "ack",
      [](amqp_connection_state_t connection, std::uint64_t number, bool all) {
        return amqp_basic_ack(connection, kChannelNumber, number, all ? 1 : 0);
      },
      multiple);
}

absl::Status Connection::Reject(std::uint64_t tag, bool requeue) {
  return impl_->Settle(
      tag, "reject",
      [](amqp_connection_state_t connection, std::uint64_t number, bool again) {
        return amqp_basic_reject(connection, kChannelNumber, number, again ? 1 : 0);
      },
      requeue);
}

}  // namespace ordermesh::rabbitmq
