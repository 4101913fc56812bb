// A mail in the form that SMTP carries: RFC 5322 and MIME.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/notifier/channels/order_mail.h"

namespace ordermesh::notifier {

// "Shop <orders@example.com>" or "orders@example.com", taken apart. INVALID_ARGUMENT: not of that form.
struct Mailbox {
  std::string name;     // UTF-8; may be empty
  std::string address;  // domain::IsEmailAddress, in ASCII
};
absl::StatusOr<Mailbox> ParseMailbox(absl::string_view text);

struct MailHeaders {
  Mailbox from;
  std::string to;          // domain::IsEmailAddress, its domain in ASCII
  std::string message_id;  // without its angle brackets
  absl::Time date;
  std::string order_id, event_id;
};

// The whole message, lines ended by CR LF. Whatever stands in `text`, no line of it can become a header: the subject is
// encoded unless it is plain ASCII, the body is quoted-printable.
std::string FormatMail(const MailHeaders& headers, const MailText& text);

// RFC 2047: as it is when plain ASCII, otherwise as encoded words of at most 75 characters, folded.
std::string EncodeHeaderText(absl::string_view text);

// RFC 2045, 6.7; `text` has lines ended by \n, the result by CR LF.
std::string QuotedPrintable(absl::string_view text);

}  // namespace ordermesh::notifier
