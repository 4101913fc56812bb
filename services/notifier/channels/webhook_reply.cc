#include "services/notifier/channels/webhook_reply.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace ordermesh::notifier {

SendResult ClassifyWebhook(long status, absl::Duration retry_after) {
  if (status >= 200 && status < 300) return SendResult::Sent();
  std::string error = absl::StrCat("webhook_", status);
  if (status == 408 || status == 429 || status >= 500) return SendResult::Transient(std::move(error), retry_after);
  return SendResult::Permanent(std::move(error));
}

}  // namespace ordermesh::notifier
