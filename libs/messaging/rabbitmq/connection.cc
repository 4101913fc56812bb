#include "libs/messaging/rabbitmq/connection.h"

#include <algorithm>
#include <deque>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/confirm_tracker.h"
#include "libs/messaging/rabbitmq/content.h"
#include "libs/messaging/rabbitmq/library.h"
#include "libs/messaging/rabbitmq/refusals.h"
#include "libs/messaging/rabbitmq/session.h"
#include "libs/messaging/rabbitmq/tables.h"
#include "libs/messaging/rabbitmq/url.h"

namespace ordermesh::rabbitmq {
namespace {

// Tags carry the number of their connection above the broker's number, so that one of a lost connection never settles a
// message of the next.
constexpr int kTagBits = 40;
constexpr std::uint64_t kTagMask = (std::uint64_t{1} << kTagBits) - 1;

// After this many bytes the socket is asked whether it takes more; less than any send buffer.
constexpr std::size_t kBytesBetweenLooks = 16 << 10;

}  // namespace

class Connection::Impl {
 public:
  explicit Impl(ConnectionOptions options) : options_(std::move(options)), max_body_(options_.max_message_bytes) {}

  absl::Status Connect();
  void Close() {
    if (session_ != nullptr) session_->SayGoodbye();
    consumed_.clear();
    Drop();
  }
  bool connected() const { return session_ != nullptr; }
  bool blocked() const { return blocked_; }

  PublishReport Publish(absl::Span<const Message> messages, int window, absl::Duration timeout);
  absl::Status Consume(const std::string& queue, int prefetch);
  absl::StatusOr<std::vector<Delivery>> Receive(int max, absl::Duration timeout);
  absl::Status Settle(std::uint64_t tag, const char* what, int (*send)(amqp_connection_state_t, std::uint64_t, bool),
                      bool flag);
  // Runs one RPC on the channel, which `call` makes; an error drops the connection, as AMQP closes the channel.
  template <class Call>
  absl::Status Rpc(absl::string_view what, Call call) {
    RETURN_IF_ERROR(Connect());
    call(session_->get());
    return Checked(session_->Reply(what));
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
  absl::Status Confirming();
  // Handles one frame, waiting for it until `until`; false when none came.
  absl::StatusOr<bool> Step(SteadyTime until);
  // Handles all frames that are there, waiting until `until` for the first.
  absl::Status Pump(SteadyTime until);
  absl::Status Handle(const amqp_frame_t& frame);
  absl::Status HandleMethod(const amqp_frame_t& frame);
  absl::Status HandleContent(const amqp_frame_t& frame);
  void HandleReturn(const Delivery& returned, const std::string& reason);

  // What a call of Publish works on.
  struct Batch {
    absl::Span<const Message> messages;
    ConfirmTracker confirms;
    std::size_t next = 0;  // to be sent
  };
  absl::Status Run(Batch& batch, std::size_t window, SteadyTime until);
  absl::Status SendSome(Batch& batch, std::size_t window, SteadyTime until);
  absl::Status SendOne(const Message& message);
  void Learn(const absl::Status& status);

  const ConnectionOptions options_;
  std::int64_t max_body_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<ContentAssembler> content_;
  std::uint64_t epoch_ = 0;  // of the session; tags carry it
  bool blocked_ = false;

  bool confirming_ = false;
  std::uint64_t next_tag_ = 1;  // the broker's number for the next message published
  Batch* batch_ = nullptr;      // while Publish runs
  FieldTable headers_;          // reused

  std::string consumed_;  // the queue; empty: none
  int prefetch_ = 0;
  bool consuming_ = false;
  std::deque<Delivery> inbox_;  // at most prefetch_
};

void Connection::Impl::Drop() {
  session_.reset();
  content_.reset();
  blocked_ = confirming_ = consuming_ = false;
  next_tag_ = 1;
  inbox_.clear();
}

absl::Status Connection::Impl::Connect() {
  if (session_ == nullptr) {
    ASSIGN_OR_RETURN(Url url, ParseUrl(options_.url));
    ASSIGN_OR_RETURN(session_, Session::Open(options_, url));
    content_ = std::make_unique<ContentAssembler>(static_cast<std::uint64_t>(options_.max_message_bytes));
    ++epoch_;
  }
  if (!consumed_.empty() && !consuming_) return Checked(StartConsuming());
  return absl::OkStatus();
}

absl::Status Connection::Impl::StartConsuming() {
  amqp_basic_qos(session_->get(), kChannel, 0, static_cast<std::uint16_t>(std::clamp(prefetch_, 1, 65535)), 0);
  RETURN_IF_ERROR(session_->Reply("basic.qos"));
  amqp_basic_consume(session_->get(), kChannel, Bytes(consumed_), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
  RETURN_IF_ERROR(session_->Reply("basic.consume"));
  consuming_ = true;
  return absl::OkStatus();
}

absl::StatusOr<bool> Connection::Impl::Step(SteadyTime until) {
  amqp_frame_t frame;
  absl::StatusOr<bool> came = session_->Next(frame, until);
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
  if (frame.channel != 0 && frame.channel != kChannel) return absl::OkStatus();
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

void Connection::Impl::HandleReturn(const Delivery& returned, const std::string& reason) {
  base::LogWarning(
      "rabbitmq_returned",
      {{"message_id", returned.message.message_id}, {"routing_key", returned.message.routing_key}, {"reason", reason}});
  if (batch_ == nullptr) return;
  // A return carries no number. Equal messages of one batch are all taken for returned: that repeats one, but loses
  // none.
  std::vector<std::size_t> same;
  batch_->confirms.ForEachOutstanding([&](std::size_t index) {
    const Message& message = batch_->messages[index];
    if (message.message_id == returned.message.message_id && message.routing_key == returned.message.routing_key &&
        message.exchange == returned.message.exchange) {
      same.push_back(index);
    }
  });
  for (std::size_t index : same) batch_->confirms.Returned(index);
}

absl::Status Connection::Impl::Confirming() {
  RETURN_IF_ERROR(Connect());
  if (confirming_) return absl::OkStatus();
  amqp_confirm_select(session_->get(), kChannel);
  RETURN_IF_ERROR(Checked(session_->Reply("confirm.select")));
  confirming_ = true;
  return absl::OkStatus();
}

PublishReport Connection::Impl::Publish(absl::Span<const Message> messages, int window, absl::Duration timeout) {
  PublishReport report;
  report.outcomes.assign(messages.size(), Outcome::kUnknown);
  const SteadyTime until = After(timeout);
  report.status = Confirming();
  if (!report.status.ok()) return report;
  Batch batch{messages, ConfirmTracker(next_tag_, messages.size())};
  batch_ = &batch;
  report.status = Run(batch, static_cast<std::size_t>(std::max(window, 1)), until);
  batch_ = nullptr;
  if (session_ != nullptr) next_tag_ = batch.confirms.next_tag();
  Learn(report.status);
  report.outcomes = batch.confirms.outcomes();
  const auto unknown = std::count(report.outcomes.begin(), report.outcomes.end(), Outcome::kUnknown);
  if (report.status.ok() && unknown > 0) {
    report.status = absl::UnavailableError(absl::StrCat("rabbitmq: the broker nacked ", unknown, " messages"));
  }
  return report;
}

absl::Status Connection::Impl::Run(Batch& batch, std::size_t window, SteadyTime until) {
  while (batch.next < batch.messages.size() || batch.confirms.outstanding() > 0) {
    // A full half of the window at a time: bursts are what keeps the broker cheap.
    if (!blocked_ && batch.confirms.outstanding() <= window / 2) RETURN_IF_ERROR(SendSome(batch, window, until));
    if (batch.next == batch.messages.size() && batch.confirms.outstanding() == 0) break;
    RETURN_IF_ERROR(Pump(until));
    if (std::chrono::steady_clock::now() < until) continue;
    // Blocked, the broker holds what it has got: the connection is kept, since every new one would hand it one more
    // copy.
    if (blocked_) return absl::UnavailableError("rabbitmq: the broker has blocked publishers (memory or disk alarm)");
    if (batch.next == batch.messages.size() && batch.confirms.outstanding() == 0) break;
    Drop();
    return absl::DeadlineExceededError(
        absl::StrCat("rabbitmq: ", batch.confirms.outstanding(), " messages not confirmed in time"));
  }
  return absl::OkStatus();
}

absl::Status Connection::Impl::SendSome(Batch& batch, std::size_t window, SteadyTime until) {
  if (batch.next == batch.messages.size()) return absl::OkStatus();
  std::size_t since_look = kBytesBetweenLooks;
  session_->Cork(true);
  while (batch.next < batch.messages.size() && batch.confirms.outstanding() < window) {
    const std::size_t index = batch.next++;
    const Message& message = batch.messages[index];
    if (absl::Status fits = CheckFits(message, session_->frame_max(), max_body_); !fits.ok()) {
      base::LogError("rabbitmq_refused", {{"message_id", message.message_id}, {"reason", fits.message()}});
      batch.confirms.Refused(index);
      continue;
    }
    if ((since_look += message.body.size()) >= kBytesBetweenLooks) {
      RETURN_IF_ERROR(Checked(session_->WaitWritable(until)));
      since_look = 0;
    }
    batch.confirms.Sent(index);
    RETURN_IF_ERROR(Checked(SendOne(message)));
  }
  session_->Cork(false);
  return absl::OkStatus();
}

absl::Status Connection::Impl::SendOne(const Message& message) {
  amqp_basic_properties_t properties{};
  properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
  properties.delivery_mode = AMQP_DELIVERY_PERSISTENT;
  const auto set = [&](amqp_flags_t flag, amqp_bytes_t& field, const std::string& value) {
    if (value.empty()) return;
    properties._flags |= flag;
    field = Bytes(value);
  };
  set(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id, message.message_id);
  set(AMQP_BASIC_TYPE_FLAG, properties.type, message.type);
  set(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type, message.content_type);
  if (!message.headers.empty()) {
    headers_.Clear();
    headers_.All(message.headers);
    properties._flags |= AMQP_BASIC_HEADERS_FLAG;
    properties.headers = headers_.get();
  }
  constexpr amqp_boolean_t kMandatory = 1, kImmediate = 0;
  return Session::Sent(
      amqp_basic_publish(session_->get(), kChannel, Bytes(message.exchange), Bytes(message.routing_key), kMandatory,
                         kImmediate, &properties, Bytes(message.body)),
      "publish");
}

// A broker may take less than we think. It closes the channel then, and says how much.
void Connection::Impl::Learn(const absl::Status& status) {
  if (status.code() != absl::StatusCode::kFailedPrecondition) return;
  const std::int64_t limit = BrokerLimitIn(status.message());
  if (limit <= 0 || limit >= max_body_) return;
  max_body_ = limit;
  base::LogWarning("rabbitmq_message_limit", {{"bytes", limit}});
}

absl::Status Connection::Impl::Consume(const std::string& queue, int prefetch) {
  if (consuming_) {  // a channel has one consumer: another one begins on a new connection
    session_->SayGoodbye();
    Drop();
  }
  consumed_ = queue;
  prefetch_ = prefetch;
  return Connect();
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
  if (session_ == nullptr || tag >> kTagBits != epoch_) {
    return absl::UnavailableError(absl::StrCat("rabbitmq: ", what, ": the delivery's connection was lost"));
  }
  return Checked(Session::Sent(send(session_->get(), tag & kTagMask, flag), what));
}

Connection::Connection(ConnectionOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Connection::~Connection() { Close(); }

absl::Status Connection::Connect() { return impl_->Connect(); }
void Connection::Close() { impl_->Close(); }
bool Connection::connected() const { return impl_->connected(); }
bool Connection::blocked() const { return impl_->blocked(); }
absl::Status Connection::Tick() { return impl_->Tick(); }

PublishReport Connection::Publish(absl::Span<const Message> messages, int window, absl::Duration timeout) {
  return impl_->Publish(messages, window, timeout);
}
absl::Status Connection::Consume(const std::string& queue, int prefetch) { return impl_->Consume(queue, prefetch); }
absl::StatusOr<std::vector<Delivery>> Connection::Receive(int max, absl::Duration timeout) {
  return impl_->Receive(max, timeout);
}

absl::Status Connection::Ack(std::uint64_t tag, bool multiple) {
  return impl_->Settle(
      tag, "ack",
      [](amqp_connection_state_t connection, std::uint64_t number, bool all) {
        return amqp_basic_ack(connection, kChannel, number, all ? 1 : 0);
      },
      multiple);
}

absl::Status Connection::Reject(std::uint64_t tag, bool requeue) {
  return impl_->Settle(
      tag, "reject",
      [](amqp_connection_state_t connection, std::uint64_t number, bool again) {
        return amqp_basic_reject(connection, kChannel, number, again ? 1 : 0);
      },
      requeue);
}

absl::Status Connection::DeclareExchange(const std::string& name, const std::string& type) {
  return impl_->Rpc(absl::StrCat("exchange ", name), [&](amqp_connection_state_t connection) {
    amqp_exchange_declare(connection, kChannel, Bytes(name), Bytes(type), /*passive=*/0, /*durable=*/1, 0, 0,
                          amqp_empty_table);
  });
}

absl::Status Connection::DeclareQueue(const QueueSpec& queue) {
  return impl_->Rpc(absl::StrCat("queue ", queue.name), [&](amqp_connection_state_t connection) {
    FieldTable arguments = ArgumentsOf(queue);
    amqp_queue_declare(connection, kChannel, Bytes(queue.name), /*passive=*/0, /*durable=*/1, 0, 0, arguments.get());
  });
}

absl::Status Connection::BindQueue(const std::string& queue, const std::string& exchange,
                                   const std::string& routing_key) {
  return impl_->Rpc(absl::StrCat("binding ", exchange, " to ", queue), [&](amqp_connection_state_t connection) {
    amqp_queue_bind(connection, kChannel, Bytes(queue), Bytes(exchange), Bytes(routing_key), amqp_empty_table);
  });
}

absl::Status Connection::UnbindQueue(const std::string& queue, const std::string& exchange,
                                     const std::string& routing_key) {
  return impl_->Rpc(absl::StrCat("binding ", exchange, " to ", queue), [&](amqp_connection_state_t connection) {
    amqp_queue_unbind(connection, kChannel, Bytes(queue), Bytes(exchange), Bytes(routing_key), amqp_empty_table);
  });
}

absl::Status Connection::CheckExchange(const std::string& name, const std::string& type) {
  return impl_->Rpc(absl::StrCat("exchange ", name), [&](amqp_connection_state_t connection) {
    amqp_exchange_declare(connection, kChannel, Bytes(name), Bytes(type), /*passive=*/1, 1, 0, 0, amqp_empty_table);
  });
}

absl::StatusOr<std::int64_t> Connection::CheckQueue(const std::string& name) {
  std::int64_t ready = 0;
  RETURN_IF_ERROR(impl_->Rpc(absl::StrCat("queue ", name), [&](amqp_connection_state_t connection) {
    const amqp_queue_declare_ok_t* ok =
        amqp_queue_declare(connection, kChannel, Bytes(name), /*passive=*/1, 1, 0, 0, amqp_empty_table);
    if (ok != nullptr) ready = ok->message_count;
  }));
  return ready;
}

absl::Status Connection::AssertExchange(const std::string& name, const std::string& type) {
  RETURN_IF_ERROR(CheckExchange(name, type));
  absl::Status same = DeclareExchange(name, type);
  return absl::IsPermissionDenied(same) ? absl::OkStatus() : same;
}

absl::Status Connection::AssertQueue(const QueueSpec& queue) {
  RETURN_IF_ERROR(CheckQueue(queue.name).status());
  absl::Status same = DeclareQueue(queue);
  return absl::IsPermissionDenied(same) ? absl::OkStatus() : same;
}

}  // namespace ordermesh::rabbitmq
