#include "libs/http/client.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/retry.h"
#include "libs/http/classify.h"
#include "libs/http/transfer.h"
#include "libs/http/url.h"

namespace ordermesh::http {
namespace {

// A wait that nothing ends but this is looked at again so often.
constexpr int kPollMs = 1000;

// CURL_LAST: a stop was asked for.
CURLcode Perform(CURLM* multi, CURL* handle, const std::stop_token& stop) {
  const std::stop_callback wake(stop, [multi] { curl_multi_wakeup(multi); });
  if (curl_multi_add_handle(multi, handle) != CURLM_OK) return CURLE_FAILED_INIT;
  CURLcode code = CURL_LAST;
  for (int running = 1; running > 0 && !stop.stop_requested();) {
    if (curl_multi_perform(multi, &running) != CURLM_OK) code = CURLE_RECV_ERROR;
    if (code != CURL_LAST) break;
    if (running > 0) curl_multi_poll(multi, nullptr, 0, kPollMs, nullptr);
  }
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  curl_multi_remove_handle(multi, handle);
  return code;
}

}  // namespace

const std::string* Reply::Find(absl::string_view name) const {
  const auto found =
      std::find_if(headers.begin(), headers.end(), [name](const auto& header) { return header.first == name; });
  return found == headers.end() ? nullptr : &found->second;
}

Client::Client(ClientOptions options, base::Timer& timer, base::Random& random)
    : options_(std::move(options)),
      timer_(timer),
      random_(random),
      multi_(curl_multi_init()),
      handle_(curl_easy_init()) {}

Result Client::Send(const Request& request, base::Deadline deadline, std::stop_token stop) {
  base::Retry retry(options_.pauses, timer_, random_, deadline);
  for (int attempts = 1;; ++attempts) {
    bool body_taken = false;
    Result result = SendOnce(request, std::min(options_.attempt_timeout, deadline.Remaining(timer_)), stop, body_taken);
    result.attempts = attempts;
    if (body_taken || !MaySendAgain(result.kind, request.repeatable) || attempts >= options_.max_attempts) {
      return result;
    }
    retry.Failed();
    if (!retry.Pause(stop, result.retry_after)) return result;
  }
}

Result Client::SendOnce(const Request& request, absl::Duration timeout, std::stop_token stop, bool& body_taken) {
  const auto end = [&](Kind kind, absl::string_view why) {
    Result result;
    result.kind = kind;
    result.status = ToStatus(kind, 0, absl::StrCat(Origin(request.url), ": ", why));
    return result;
  };
  if (multi_ == nullptr || handle_ == nullptr) return end(Kind::kUnreachable, "out of memory");
  // For curl a timeout of 0 is none.
  const std::int64_t timeout_ms = std::min<std::int64_t>(absl::ToInt64Milliseconds(timeout), 1 << 30);
  if (timeout_ms <= 0) return end(Kind::kTimedOut, "no time left");

  CURL* const handle = handle_.get();
  Transfer transfer(handle, request);
  SetCommonOptions(handle, absl::ToInt64Milliseconds(options_.connect_timeout), timeout_ms, options_.proxy);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, options_.user_agent.c_str());
  if (!options_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (absl::Status status = transfer.Prepare(); !status.ok()) {
    return {.kind = Kind::kInvalid, .status = std::move(status), .reply = {}, .retry_after = {}};
  }
  const CURLcode code = Perform(multi_.get(), handle, stop);
  body_taken = transfer.body_taken();
  return code == CURL_LAST ? end(Kind::kStopped, "stopped") : transfer.Finish(code);
}

}  // namespace ordermesh::http
