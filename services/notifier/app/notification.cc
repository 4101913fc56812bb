#include "services/notifier/app/notification.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "libs/base/sha256.h"

namespace ordermesh::notifier {

absl::string_view ChannelName(Channel channel) {
  switch (channel) {
    case Channel::kEmail:
      return "email";
    case Channel::kWebhook:
      return "webhook";
    case Channel::kLog:
      return "log";
  }
  return "unknown";
}

absl::string_view RecipientOf(Channel channel) {
  switch (channel) {
    case Channel::kEmail:
      return "contact";
    case Channel::kWebhook:
      return "default";
    case Channel::kLog:
      return "log";
  }
  return "unknown";
}

base::Uuid NotificationId(const base::Uuid& event_id, Channel channel, absl::string_view recipient) {
  constexpr int kTimeBytes = 6;  // The 48 bits of milliseconds of a version 7 UUID.
  const base::Sha256Digest digest =
      base::Sha256(absl::StrCat(event_id.bytes(), static_cast<int>(channel), ":", recipient));
  std::array<std::uint8_t, base::Uuid::kBytes> bytes;
  std::copy_n(event_id.bytes().begin(), kTimeBytes, bytes.begin());
  std::copy_n(digest.begin(), base::Uuid::kBytes - kTimeBytes, bytes.begin() + kTimeBytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x80);  // version 8: of our own making
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
  return base::Uuid(bytes);
}

}  // namespace ordermesh::notifier
