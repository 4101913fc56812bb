// What a mail says: the templates in templates/, filled with an order's event.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/domain/money.h"
#include "libs/wire/order_event.h"

namespace ordermesh::notifier {

struct MailText {
  std::string subject;  // one line
  std::string body;     // lines end in \n
};

// The mail about an event of this type. NOT_FOUND: there is no mail for the type.
absl::StatusOr<MailText> ComposeMail(absl::string_view event_type, const wire::OrderEventData& order);

// Whether ComposeMail knows the type.
bool HasMail(absl::string_view event_type);

// Whether its mail is an update, about payment, shipping or delivery: customers may want none of these.
bool IsUpdate(absl::string_view event_type);

// "12.34 EUR", with as many decimals as the currency has.
std::string FormatMoney(const domain::Money& money);

}  // namespace ordermesh::notifier
