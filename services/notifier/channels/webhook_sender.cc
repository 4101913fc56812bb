#include "services/notifier/channels/webhook_sender.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/trace.h"
#include "services/notifier/channels/webhook_reply.h"

namespace ordermesh::notifier {
namespace {

// Counts and drops; taking less than it was given ends the transfer.
std::size_t DropAnswer(char*, std::size_t size, std::size_t count, void* user) {
  std::size_t& bytes = *static_cast<std::size_t*>(user);
  bytes += size * count;
  return bytes <= WebhookSender::kMaxAnswerBytes ? size * count : 0;
}

}  // namespace

WebhookSender::WebhookSender(WebhookOptions options, base::Random& random)
    : options_(std::move(options)),
      random_(random),
      handle_(MakeCurlHandle(absl::ToInt64Milliseconds(options_.connect_timeout),
                             absl::ToInt64Milliseconds(options_.attempt_timeout), options_.proxy)) {
  if (handle_ == nullptr) return;
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, options_.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "ordermesh-notifier");
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &DropAnswer);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, static_cast<void*>(&answer_bytes_));
}

SendResult WebhookSender::Send(const Delivery& delivery) {
  if (handle_ == nullptr) return SendResult::Unreachable("webhook_connection");
  CURL* const curl = handle_.get();
  CurlList headers;
  headers.Add("Content-Type: application/cloudevents+json; charset=UTF-8");
  headers.Add("Expect:");  // No round trip to ask whether the body may come.
  headers.Add(absl::StrCat("X-Ordermesh-Event-Id: ", delivery.event.id.ToString()));
  headers.Add(absl::StrCat("X-Ordermesh-Order-Id: ", delivery.event.order_id.ToString()));
  const base::TraceContext trace = base::TraceContext::Continue(delivery.event.traceparent, random_);
  headers.Add(absl::StrCat("traceparent: ", trace.traceparent()));
  answer_bytes_ = 0;
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, delivery.event.payload.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(delivery.event.payload.size()));
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, nullptr);

  const bool too_long = code == CURLE_WRITE_ERROR && answer_bytes_ > kMaxAnswerBytes;
  if (code == CURLE_OK || too_long) {
    long status = 0;
    curl_off_t retry_after_s = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after_s);
    return ClassifyWebhook(status, absl::Seconds(retry_after_s));
  }
  if (code == CURLE_OPERATION_TIMEDOUT) return SendResult::Unreachable("webhook_timeout");
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CONNECT_ERROR) {
    return SendResult::Unreachable("webhook_tls");
  }
  return SendResult::Unreachable("webhook_connection");
}

}  // namespace ordermesh::notifier
