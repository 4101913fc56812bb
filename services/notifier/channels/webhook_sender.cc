#include "services/notifier/channels/webhook_sender.h"

#include "libs/base/trace.h"
#include "services/notifier/channels/webhook_reply.h"

namespace ordermesh::notifier {

WebhookSender::WebhookSender(WebhookOptions options, base::Timer& timer, base::Random& random)
    : url_(options.url),
      random_(random),
      client_({.user_agent = "ordermesh-notifier",
               .proxy = options.proxy,
               .connect_timeout = options.connect_timeout,
               .attempt_timeout = options.attempt_timeout},
              timer, random) {}

SendResult WebhookSender::Send(const ClaimedNotification& notification) {
  const base::TraceContext trace = base::TraceContext::Continue(notification.event.traceparent, random_);
  const http::Result result =
      client_.Send({.method = "POST",
                    .url = url_,
                    .headers = {{"Content-Type", "application/cloudevents+json; charset=UTF-8"},
                                {"X-Ordermesh-Event-Id", notification.event.id.ToString()},
                                {"X-Ordermesh-Order-Id", notification.event.order_id.ToString()},
                                {"traceparent", trace.traceparent()}},
                    .body = notification.event.payload,
                    .max_reply_bytes = kMaxAnswerBytes});
  switch (result.kind) {
    case http::Kind::kTimedOut:
      return SendResult::Unreachable("webhook_timeout");
    case http::Kind::kUntrusted:
      return SendResult::Unreachable("webhook_tls");
    case http::Kind::kUnreachable:
    case http::Kind::kLost:
    case http::Kind::kStopped:
    case http::Kind::kInvalid:
      return SendResult::Unreachable("webhook_connection");
    default:  // It has answered, maybe at too great a length.
      return ClassifyWebhook(result.reply.status, result.retry_after);
  }
}

}  // namespace ordermesh::notifier
