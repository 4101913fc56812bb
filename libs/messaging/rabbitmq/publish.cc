// Publishing with confirms: sent in bursts, a window unconfirmed at most, until every message has its outcome.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/log.h"
#include "libs/base/status.h"
#include "libs/messaging/rabbitmq/connection_impl.h"
#include "libs/messaging/rabbitmq/refusals.h"

namespace ordermesh::rabbitmq {
namespace {

// After this many bytes the socket is asked whether it takes more; less than any send buffer.
constexpr std::size_t kBytesBetweenLooks = 16 << 10;

}  // namespace

PublishReport Connection::Publish(absl::Span<const Message> messages, int window, absl::Duration timeout) {
  return impl_->Publish(messages, window, timeout);
}

absl::Status Connection::Impl::Confirming() {
  RETURN_IF_ERROR(Connect());
  if (confirming_) return absl::OkStatus();
  amqp_confirm_select(channel_->get(), kChannelNumber);
  RETURN_IF_ERROR(Checked(channel_->Reply("confirm.select")));
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
  if (channel_ != nullptr) next_tag_ = batch.confirms.next_tag();
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
  channel_->Cork(true);
  while (batch.next < batch.messages.size() && batch.confirms.outstanding() < window) {
    const std::size_t index = batch.next++;
    const Message& message = batch.messages[index];
    if (absl::Status fits = CheckFits(message, channel_->frame_max(), max_body_); !fits.ok()) {
      base::LogError("rabbitmq_refused", {{"message_id", message.message_id}, {"reason", fits.message()}});
      batch.confirms.Refused(index);
      continue;
    }
    if ((since_look += message.body.size()) >= kBytesBetweenLooks) {
      RETURN_IF_ERROR(Checked(channel_->WaitWritable(until)));
      since_look = 0;
    }
    batch.confirms.Sent(index);
    RETURN_IF_ERROR(Checked(SendOne(message)));
  }
  channel_->Cork(false);
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
  return Channel::Sent(
      amqp_basic_publish(channel_->get(), kChannelNumber, Bytes(message.exchange), Bytes(message.routing_key),
                         kMandatory, kImmediate, &properties, Bytes(message.body)),
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

}  // namespace ordermesh::rabbitmq
