// HTTP POST of the event: the channel `webhook`.
#pragma once

#include <string>

#include "libs/base/random.h"
#include "libs/base/timer.h"
#include "libs/http/client.h"
#include "services/notifier/app/sender.h"

namespace ordermesh::notifier {

struct WebhookOptions {
  std::string url;
  std::string proxy;  // empty: none, whatever the environment says
  absl::Duration connect_timeout = absl::Seconds(3);
  absl::Duration attempt_timeout = absl::Seconds(10);
};

// Posts the event as it came (application/cloudevents+json) with its id in X-Ordermesh-Event-Id: a repeated call has
// the same. Follows no redirect, and reads no more of an answer than kMaxAnswerBytes. `timer` and `random` must
// outlive it.
class WebhookSender : public Sender {
 public:
  static constexpr std::int64_t kMaxAnswerBytes = 64 << 10;

  WebhookSender(WebhookOptions options, base::Timer& timer, base::Random& random);

  SendResult Send(const ClaimedNotification& notification) override;

 private:
  const std::string url_;
  base::Random& random_;
  http::Client client_;
};

}  // namespace ordermesh::notifier
