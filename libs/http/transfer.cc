#include "libs/http/transfer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/http/classify.h"
#include "libs/http/sigv4.h"
#include "libs/http/url.h"

namespace ordermesh::http {
namespace {

constexpr std::int64_t kMaxHeaderBytes = 64 << 10;
constexpr long kMaxRedirects = 5;

bool HasBody(const Request& request) { return request.streamed.has_value() || !request.body.empty(); }

bool IsSafe(absl::string_view text) { return text.find_first_of(absl::string_view("\r\n\0", 3)) == text.npos; }

bool Has(const Headers& headers, absl::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [name](const auto& header) { return absl::EqualsIgnoreCase(header.first, name); });
}

}  // namespace

Transfer::Transfer(CURL* handle, const Request& request) : handle_(handle), request_(request) {}

Transfer::~Transfer() { curl_easy_reset(handle_); }

absl::Status Transfer::Prepare() {
  const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(handle_, option, value); };
  std::string url = request_.url;
  if (request_.sign) {
    ASSIGN_OR_RETURN(url, UrlToSign(request_.url));
  }
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  const bool reads = request_.method == "GET" || request_.method == "HEAD";
  set(CURLOPT_FOLLOWLOCATION, request_.follow_redirects && reads ? 1L : 0L);
  set(CURLOPT_MAXREDIRS, kMaxRedirects);
  RETURN_IF_ERROR(SetHeaders());
  SetBody();
  set(
      CURLOPT_HEADERFUNCTION, +[](char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->TakeHeader({bytes, size * count});
      });
  set(CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(
      CURLOPT_WRITEFUNCTION, +[](char* bytes, std::size_t size, std::size_t count, void* self) {
        return static_cast<Transfer*>(self)->TakeBody({bytes, size * count});
      });
  set(CURLOPT_WRITEDATA, static_cast<void*>(this));
  return absl::OkStatus();
}

absl::Status Transfer::SetHeaders() {
  for (const auto& [name, value] : request_.headers) {
    if (name.empty() || !IsSafe(name) || !IsSafe(value) || absl::StrContains(name, ":")) {
      return absl::InvalidArgumentError(absl::StrCat(Origin(request_.url), ": a header that is none"));
    }
    // curl takes "name:" for a header to be left out.
    lines_.Add(value.empty() ? absl::StrCat(name, ";") : absl::StrCat(name, ": ", value));
  }
  // Otherwise curl would say that it is a form.
  if (HasBody(request_) && !Has(request_.headers, "content-type")) {
    lines_.Add("Content-Type: application/octet-stream");
  }
  if (request_.sign) {
    Sign(*request_.sign, request_, handle_, lines_);
  } else {
    lines_.Add("Expect:");  // No round trip to ask whether the body may come. Signed, it would have to be sent.
  }
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, lines_.get());
  return absl::OkStatus();
}

void Transfer::SetBody() {
  const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(handle_, option, value); };
  if (request_.streamed) {
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request_.streamed->bytes));
    set(
        CURLOPT_READFUNCTION, +[](char* to, std::size_t size, std::size_t count, void* self) {
          return static_cast<Transfer*>(self)->GiveBody(to, size * count);
        });
    set(CURLOPT_READDATA, static_cast<void*>(this));
    // A connection that was kept may turn out to be closed when a part of the body is gone.
    set(
        CURLOPT_SEEKFUNCTION, +[](void* self, curl_off_t offset, int origin) {
          if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
          static_cast<Transfer*>(self)->reader_ = nullptr;
          return CURL_SEEKFUNC_OK;
        });
    set(CURLOPT_SEEKDATA, static_cast<void*>(this));
  } else if (HasBody(request_) || request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH") {
    set(CURLOPT_POST, 1L);
    set(CURLOPT_POSTFIELDS, request_.body.empty() ? "" : request_.body.data());
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  } else if (request_.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
    return;
  }
  if (request_.method != "GET" || HasBody(request_)) set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

std::size_t Transfer::TakeHeader(absl::string_view line) {
  if (absl::StartsWith(line, "HTTP/")) reply_ = {};  // of a redirect's target, or behind an interim answer
  header_bytes_ += static_cast<std::int64_t>(line.size());
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = true;
    return 0;
  }
  if (const auto colon = line.find(':'); colon != line.npos) {
    reply_.headers.emplace_back(absl::AsciiStrToLower(line.substr(0, colon)),
                                absl::StripAsciiWhitespace(line.substr(colon + 1)));
  }
  return line.size();
}

// Taking less than it was given ends the transfer.
std::size_t Transfer::TakeBody(absl::string_view bytes) {
  long status = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  if (KindOfStatus(static_cast<int>(status)) != Kind::kDone) {
    const auto room = static_cast<std::size_t>(kMaxRefusalBytes) - reply_.body.size();
    absl::StrAppend(&reply_.body, bytes.substr(0, room));
    cut_ = bytes.size() > room;
    return cut_ ? 0 : bytes.size();
  }
  body_bytes_ += static_cast<std::int64_t>(bytes.size());
  too_large_ = body_bytes_ > request_.max_reply_bytes;
  if (too_large_) return 0;
  if (!request_.on_body) {
    absl::StrAppend(&reply_.body, bytes);
    return bytes.size();
  }
  body_taken_ = true;
  callback_ = request_.on_body(bytes);
  return callback_.ok() ? bytes.size() : 0;
}

std::size_t Transfer::GiveBody(char* to, std::size_t size) {
  if (!reader_) reader_ = request_.streamed->open();
  const absl::StatusOr<std::size_t> given = reader_(to, size);
  if (given.ok()) return *given;
  callback_ = given.status();
  return CURL_READFUNC_ABORT;
}

Result Transfer::Finish(CURLcode code) {
  Result result;
  long status = 0;
  curl_off_t retry_after_s = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle_, CURLINFO_RETRY_AFTER, &retry_after_s);
  reply_.status = static_cast<int>(status);
  result.retry_after = absl::Seconds(std::max<curl_off_t>(retry_after_s, 0));
  std::string what;
  if (!callback_.ok()) {
    result.kind = Kind::kStopped;
    result.status = callback_;
  } else if (too_large_) {
    result.kind = Kind::kTooLarge;
    what = "the answer is too large";
  } else if (code == CURLE_OK || cut_ || (code == CURLE_UNSUPPORTED_PROTOCOL && reply_.status > 0)) {
    // The last is a redirect to something else than http.
    result.kind = KindOfStatus(reply_.status);
    what = absl::StrCat("answered ", reply_.status);
  } else {
    curl_off_t sent_after_us = 0;
    curl_easy_getinfo(handle_, CURLINFO_PRETRANSFER_TIME_T, &sent_after_us);
    result.kind = KindOfFailure(code, sent_after_us > 0);
    what = curl_easy_strerror(code);
  }
  if (result.status.ok()) {
    result.status = ToStatus(result.kind, reply_.status, absl::StrCat(Origin(request_.url), ": ", what));
  }
  result.reply = std::move(reply_);
  return result;
}

}  // namespace ordermesh::http
