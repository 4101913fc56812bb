// What a webhook's answer means for the next attempt.
#pragma once

#include "absl/time/time.h"
#include "services/notifier/app/sender.h"

namespace ordermesh::notifier {

// 2xx is sent. 408, 429 and 5xx are tried again, not before `retry_after` (zero: none was given); every other 4xx is
// for good, and so are redirects, which are never followed.
SendResult ClassifyWebhook(long status, absl::Duration retry_after);

}  // namespace ordermesh::notifier
