#include "services/notifier/channels/smtp_sender.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/email_address.h"
#include "libs/http/curl_handle.h"
#include "libs/wire/cloud_event.h"
#include "services/notifier/channels/order_mail.h"

namespace ordermesh::notifier {
namespace {

struct Reading {
  absl::string_view left;
  bool begun = false;
};

std::size_t ReadMail(char* buffer, std::size_t size, std::size_t count, void* user) {
  Reading& reading = *static_cast<Reading*>(user);
  reading.begun = true;
  const std::size_t bytes = std::min(size * count, reading.left.size());
  std::memcpy(buffer, reading.left.data(), bytes);
  reading.left.remove_prefix(bytes);
  return bytes;
}

// Sees each line of the server's replies. Those to EHLO, of which there may be two (before and after STARTTLS), tell
// what the server can do.
std::size_t ReadReply(char* bytes, std::size_t size, std::size_t count, void* user) {
  const absl::string_view line = absl::StripTrailingAsciiWhitespace(absl::string_view(bytes, size * count));
  bool& offers_utf8 = *static_cast<bool*>(user);
  if (absl::StartsWith(line, "220")) offers_utf8 = false;  // a greeting, or TLS begins: EHLO comes
  if (line.size() > 4 && absl::StartsWith(line, "250") && absl::EqualsIgnoreCase(line.substr(4), "SMTPUTF8")) {
    offers_utf8 = true;
  }
  return size * count;
}

}  // namespace

// One connection, and what curl told of the last mail.
class SmtpSender::Dialogue {
 public:
  explicit Dialogue(const SmtpOptions& options) : handle_(curl_easy_init()) {
    if (handle_ == nullptr) return;
    http::SetCommonOptions(handle_.get(), absl::ToInt64Milliseconds(options.connect_timeout),
                           absl::ToInt64Milliseconds(options.attempt_timeout));
    const auto set = [this](CURLoption option, auto value) { curl_easy_setopt(handle_.get(), option, value); };
    set(CURLOPT_URL, options.url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_USE_SSL, static_cast<long>(options.tls == SmtpOptions::Tls::kNever         ? CURLUSESSL_NONE
                                           : options.tls == SmtpOptions::Tls::kWhenOffered ? CURLUSESSL_TRY
                                                                                           : CURLUSESSL_ALL));
    if (!options.username.empty()) {
      set(CURLOPT_USERNAME, options.username.c_str());
      set(CURLOPT_PASSWORD, options.password.c_str());
    }
    set(CURLOPT_MAIL_FROM, absl::StrCat("<", options.from.address, ">").c_str());
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, &ReadMail);
    set(CURLOPT_READDATA, static_cast<void*>(&reading_));
    set(CURLOPT_HEADERFUNCTION, &ReadReply);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&offers_utf8_));
  }

  // Nothing: the mail was accepted.
  std::optional<SmtpFailure> Send(const std::string& to, const std::string& mail) {
    if (handle_ == nullptr) return SmtpFailure();
    if (domain::NeedsSmtpUtf8(to)) {
      // The server would be told an address that it can't read: what it offers has to be known before.
      std::optional<SmtpFailure> failure = Greet();
      if (WasStale(failure)) failure = Greet();
      if (failure) return failure;
      if (!offers_utf8_) return SmtpFailure{.stage = SmtpStage::kMail, .no_utf8 = true};
    }
    std::optional<SmtpFailure> failure = Try(to, mail, /*fresh=*/false);
    return WasStale(failure) ? Try(to, mail, /*fresh=*/true) : failure;
  }

 private:
  // The server has closed a connection that was kept for too long: that says nothing about this mail.
  bool WasStale(const std::optional<SmtpFailure>& failure) const {
    long new_connections = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_NUM_CONNECTS, &new_connections);
    return failure && new_connections == 0 && !reading_.begun && !failure->timed_out &&
           (failure->reply < 400 || failure->reply == 421);
  }
  // Connects, or sees that the connection is still good.
  std::optional<SmtpFailure> Greet() {
    CURL* const curl = handle_.get();
    reading_ = {};
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, nullptr);
    curl_easy_setopt(curl, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    return Failure(code);
  }
  std::optional<SmtpFailure> Try(const std::string& to, const std::string& mail, bool fresh) {
    http::CurlList recipients;
    recipients.Add(absl::StrCat("<", to, ">"));
    reading_ = {.left = mail};
    CURL* const curl = handle_.get();
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients.get());
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail.size()));
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, nullptr);
    return Failure(code);
  }
  std::optional<SmtpFailure> Failure(CURLcode code) {
    if (code == CURLE_OK) return std::nullopt;
    long reply = 0;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &reply);
    SmtpFailure failure = {.stage = SmtpStage::kConnection,
                           .reply = static_cast<int>(reply),
                           .timed_out = code == CURLE_OPERATION_TIMEDOUT,
                           .tls = code == CURLE_USE_SSL_FAILED || code == CURLE_SSL_CONNECT_ERROR ||
                                  code == CURLE_PEER_FAILED_VERIFICATION};
    if (reading_.begun) {
      failure.stage = SmtpStage::kData;
    } else if (code == CURLE_SEND_ERROR) {  // What curl says of a refused MAIL, RCPT or DATA.
      failure.stage = SmtpStage::kMail;
    }
    return failure;
  }

  http::CurlHandle handle_;
  Reading reading_;
  bool offers_utf8_ = false;  // the server of the connection
};

SmtpSender::SmtpSender(SmtpOptions options)
    : options_(std::move(options)),
      domain_(options_.from.address.substr(options_.from.address.find('@') + 1)),
      dialogue_(std::make_unique<Dialogue>(options_)) {}

SmtpSender::~SmtpSender() = default;

SendResult SmtpSender::Send(const ClaimedNotification& notification) {
  if (IsUpdate(notification.event.type) && !notification.wants_updates) return SendResult::Unwanted();
  if (notification.contact.empty()) return SendResult::Unsendable("no_contact");
  if (!domain::IsEmailAddress(notification.contact)) return SendResult::Unsendable("bad_contact");
  const absl::StatusOr<wire::StructuredEvent> event = wire::FromStructuredJson(notification.event.payload);
  if (!event.ok()) return SendResult::Unsendable("bad_event");
  const absl::StatusOr<MailText> text = ComposeMail(notification.event.type, event->data);
  if (!text.ok()) return SendResult::Unsendable("no_template");

  const std::string to = domain::WithAsciiDomain(notification.contact);
  const std::string event_id = notification.event.id.ToString();
  const std::string mail = FormatMail({.from = options_.from,
                                       .to = to,
                                       .message_id = absl::StrCat(event_id, "@", domain_),
                                       .date = notification.created_at,
                                       .order_id = notification.event.order_id.ToString(),
                                       .event_id = event_id},
                                      *text);
  const std::optional<SmtpFailure> failure = dialogue_->Send(to, mail);
  return failure ? ClassifySmtp(*failure) : SendResult::Sent();
}

}  // namespace ordermesh::notifier
