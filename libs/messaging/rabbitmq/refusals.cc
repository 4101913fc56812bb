#include "libs/messaging/rabbitmq/refusals.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace ordermesh::rabbitmq {
namespace {

constexpr std::size_t kShortString = 255;
constexpr std::size_t kFrameOverhead = 64;  // the frame itself, class, flags, the lengths of the properties

}  // namespace

absl::Status CheckFits(const Message& message, int frame_max, std::int64_t max_body_bytes) {
  const struct {
    const char* what;
    const std::string& value;
  } shorts[] = {{"exchange", message.exchange},
                {"routing key", message.routing_key},
                {"message id", message.message_id},
                {"type", message.type},
                {"content type", message.content_type}};
  std::size_t header_bytes = kFrameOverhead;
  for (const auto& [what, value] : shorts) {
    if (value.size() > kShortString) {
      return absl::InvalidArgumentError(absl::StrCat(what, " of ", value.size(), " bytes; at most ", kShortString));
    }
    header_bytes += value.size();
  }
  for (const auto& [name, value] : message.headers) {
    if (name.size() > kShortString) {
      return absl::InvalidArgumentError(absl::StrCat("header name of ", name.size(), " bytes; at most ", kShortString));
    }
    header_bytes += 1 + name.size() + 1 + 4 + value.size();
  }
  if (header_bytes > static_cast<std::size_t>(frame_max)) {
    return absl::InvalidArgumentError(absl::StrCat("headers of ", header_bytes, " bytes; at most ", frame_max));
  }
  if (message.body.size() > static_cast<std::size_t>(max_body_bytes)) {
    return absl::InvalidArgumentError(
        absl::StrCat("body of ", message.body.size(), " bytes; at most ", max_body_bytes));
  }
  return absl::OkStatus();
}

std::int64_t BrokerLimitIn(absl::string_view text) {
  // RabbitMQ: "message size 20 is larger than configured max size 10"
  constexpr absl::string_view kSays = "larger than configured max size ";
  const std::size_t at = text.find(kSays);
  if (at == absl::string_view::npos) return 0;
  absl::string_view digits = text.substr(at + kSays.size());
  digits = digits.substr(0, std::min(digits.find_first_not_of("0123456789"), digits.size()));
  std::int64_t limit = 0;
  return absl::SimpleAtoi(digits, &limit) ? limit : 0;
}

}  // namespace ordermesh::rabbitmq
