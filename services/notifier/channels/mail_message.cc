#include "services/notifier/channels/mail_message.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/domain/email_address.h"
#include "libs/json/utf8.h"

namespace ordermesh::notifier {
namespace {

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; }) &&
         text.find("=?") == absl::string_view::npos;
}

void AppendHexByte(unsigned char c, std::string& out) {
  constexpr char kDigits[] = "0123456789ABCDEF";  // RFC 2045 wants upper case.
  out += '=';
  out += kDigits[c >> 4];
  out += kDigits[c & 15];
}

// A display name is a phrase: quoted, since an address list has its own meaning for dots and commas.
std::string FormatMailbox(const Mailbox& mailbox) {
  if (mailbox.name.empty()) return mailbox.address;
  if (!IsPlain(mailbox.name)) return absl::StrCat(EncodeHeaderText(mailbox.name), " <", mailbox.address, ">");
  std::string quoted = "\"";
  for (char c : mailbox.name) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return absl::StrCat(quoted, "\" <", mailbox.address, ">");
}

}  // namespace

absl::StatusOr<Mailbox> ParseMailbox(absl::string_view text) {
  Mailbox mailbox;
  absl::string_view address = absl::StripAsciiWhitespace(text);
  if (const std::size_t open = address.rfind('<'); open != absl::string_view::npos && address.back() == '>') {
    mailbox.name = std::string(absl::StripAsciiWhitespace(address.substr(0, open)));
    address = address.substr(open + 1, address.size() - open - 2);
  }
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  // A sender beyond ASCII would need SMTPUTF8 for every mail.
  if (std::any_of(mailbox.name.begin(), mailbox.name.end(), is_control) || !domain::IsEmailAddress(address) ||
      domain::NeedsSmtpUtf8(address)) {
    return absl::InvalidArgumentError("must be an address, \"orders@example.com\", or a name and an address in <>");
  }
  mailbox.address = domain::WithAsciiDomain(address);
  return mailbox;
}

std::string EncodeHeaderText(absl::string_view text) {
  if (IsPlain(text)) return std::string(text);
  // "=?UTF-8?B?" and "?=" leave 63 of 75 characters: 45 bytes in Base64, cut between characters.
  constexpr std::size_t kBytesInWord = 45;
  std::string encoded;
  while (!text.empty()) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
      const std::size_t next = std::max<std::size_t>(json::CharacterBytes(text.substr(bytes)), 1);  // 0: not UTF-8
      if (bytes + next > kBytesInWord) break;
      bytes += next;
    }
    absl::StrAppend(&encoded, encoded.empty() ? "" : "\r\n ", "=?UTF-8?B?", absl::Base64Escape(text.substr(0, bytes)),
                    "?=");
    text.remove_prefix(bytes);
  }
  return encoded;
}

std::string QuotedPrintable(absl::string_view text) {
  constexpr std::size_t kLine = 76;  // with the = of a soft line break
  std::string out;
  std::size_t column = 0;
  const auto put = [&](absl::string_view piece) {
    if (column + piece.size() > kLine - 1) {
      out += "=\r\n";
      column = 0;
    }
    out.append(piece.data(), piece.size());
    column += piece.size();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '\n') {
      out += "\r\n";
      column = 0;
      continue;
    }
    const bool line_ends = i + 1 == text.size() || text[i + 1] == '\n';
    const bool literal = (c > 0x20 && c < 0x7f && c != '=') || ((c == ' ' || c == '\t') && !line_ends);
    // A dot or "From " at the start of a line is touched by some who carry mail.
    if (literal && !(column == 0 && (c == '.' || c == 'F'))) {
      put(text.substr(i, 1));
    } else {
      std::string escaped;
      AppendHexByte(c, escaped);
      put(escaped);
    }
  }
  return out;
}

std::string FormatMail(const MailHeaders& headers, const MailText& text) {
  return absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", headers.date, absl::UTCTimeZone()),
      "\r\nFrom: ", FormatMailbox(headers.from), "\r\nTo: ", headers.to,
      "\r\nSubject: ", EncodeHeaderText(text.subject), "\r\nMessage-ID: <", headers.message_id,
      ">\r\nX-Ordermesh-Order-Id: ", headers.order_id, "\r\nX-Ordermesh-Event-Id: ", headers.event_id,
      "\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8"
      "\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n",
      QuotedPrintable(text.body));
}

}  // namespace ordermesh::notifier
