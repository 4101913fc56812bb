#include "services/notifier/channels/order_mail.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status.h"
#include "services/notifier/channels/template_text.h"
#include "services/notifier/channels/templates/templates.h"

namespace ordermesh::notifier {
namespace {

struct MailTemplate {
  absl::string_view event_type;
  const char* text;
  bool update;
};
constexpr MailTemplate kMails[] = {
    {wire::kOrderAccepted, templates::kOrderAccepted, false},
    {wire::kOrderPaid, templates::kOrderPaid, true},
    {wire::kOrderShipped, templates::kOrderShipped, true},
    {wire::kOrderDelivered, templates::kOrderDelivered, true},
    {wire::kOrderCancelled, templates::kOrderCancelled, false},
};

const MailTemplate* Find(absl::string_view event_type) {
  for (const MailTemplate& mail : kMails) {
    if (mail.event_type == event_type) return &mail;
  }
  return nullptr;
}

const char* TextOf(const MailTemplate& mail, const wire::OrderEventData& order) {
  const bool expired = order.cancel_reason == domain::CancelReason::kPaymentExpired;
  return mail.event_type == wire::kOrderCancelled && expired ? templates::kOrderPaymentExpired : mail.text;
}

// Names and values of one line, or of the order; few, so a walk is fine.
using Values = std::vector<std::pair<absl::string_view, std::string>>;

const std::string* Lookup(const Values& values, absl::string_view name) {
  for (const auto& [known, value] : values) {
    if (known == name) return &value;
  }
  return nullptr;
}

// A mail must not lose its shape to a product's name: whatever ends a line becomes a space.
std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

bool HasMail(absl::string_view event_type) { return Find(event_type) != nullptr; }

bool IsUpdate(absl::string_view event_type) {
  const MailTemplate* mail = Find(event_type);
  return mail != nullptr && mail->update;
}

std::string FormatMoney(const domain::Money& money) {
  const int per_unit = domain::MinorUnitsPerUnit(money.currency);
  int decimals = 0;
  for (int n = per_unit; n > 1; n /= 10) ++decimals;
  if (decimals == 0) return absl::StrCat(money.minor, " ", money.currency);
  const bool negative = money.minor < 0;
  const std::uint64_t minor =
      negative ? -static_cast<std::uint64_t>(money.minor) : static_cast<std::uint64_t>(money.minor);
  return absl::StrFormat("%s%d.%0*d %s", negative ? "-" : "", minor / per_unit, decimals, minor % per_unit,
                         money.currency);
}

absl::StatusOr<MailText> ComposeMail(absl::string_view event_type, const wire::OrderEventData& order) {
  const MailTemplate* mail = Find(event_type);
  if (mail == nullptr) return absl::NotFoundError(absl::StrCat("no mail for events of type ", event_type));

  const Values values = {
      {"order_id", order.order_id.ToString()},
      {"accept_time", absl::FormatTime("%Y-%m-%d %H:%M UTC", order.accept_time, absl::UTCTimeZone())},
      {"total", FormatMoney(order.total)}};
  std::vector<Values> lines;
  for (const domain::OrderLine& line : order.lines) {
    const domain::Money price = {line.unit_price_minor, order.total.currency};
    ASSIGN_OR_RETURN(const domain::Money amount, domain::Multiply(price, line.quantity));
    lines.push_back({{"sku", OneLine(line.sku)},
                     {"name", OneLine(line.name)},
                     {"quantity", absl::StrCat(line.quantity)},
                     {"unit_price", FormatMoney(price)},
                     {"amount", FormatMoney(amount)}});
  }
  ASSIGN_OR_RETURN(
      const std::string filled,
      FillTemplate(
          TextOf(*mail, order), [&](absl::string_view name) { return Lookup(values, name); },
          static_cast<int>(lines.size()), [&](int line, absl::string_view name) { return Lookup(lines[line], name); }));

  // "Subject: …", an empty line, the body.
  constexpr absl::string_view kSubject = "Subject: ";
  const std::size_t end = filled.find("\n\n");
  if (!absl::StartsWith(filled, kSubject) || end == std::string::npos) {
    return absl::InternalError(absl::StrCat("the mail for ", event_type, " does not start with its subject"));
  }
  return MailText{.subject = filled.substr(kSubject.size(), end - kSubject.size()), .body = filled.substr(end + 2)};
}

}  // namespace ordermesh::notifier
